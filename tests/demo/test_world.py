"""The synthetic world: its format, its bounds, and that its known answers are right by a second count."""

import json
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from demo import world
from demo.tables import MODELS
from demo.world import catalogue, router
from tests import oracles
from tokenshare.metrics import METRIC_BY_ID, METRICS
from tokenshare.topics import PUSHED

IDENTIFIED, ORIGIN = "china_share_identified_weekly", "china_share_origin_weekly"
RANKINGS_DIGEST = "70c98c076a834751"  # of seed 1, on every machine and Python
DRAWN = {
    "rankings_daily.csv",
    "rankings_category_weekly.csv",
    "quotes.csv",
    "fx.csv",
    "hub_models.csv",
}  # another seed, another file
TOLD = {
    *("models.csv", "share_counts.csv", "disclosures.csv", "leaderboards.csv", "releases.csv", "prices.csv"),
    "claims.csv",
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("world")
    world.write(directory)
    return directory


@pytest.fixture(scope="module")
def served(directory: Path) -> pl.DataFrame:
    return pl.read_csv(directory / "rankings_daily.csv", try_parse_dates=True)


@pytest.fixture(scope="module")
def usage(served: pl.DataFrame, directory: Path) -> pl.DataFrame:
    """The newest value of every row with its week, and the answer key's opinion of the model."""
    key = pl.read_csv(Path(world.__file__).with_name("models.csv")).select(
        "vendor_id",
        "counted",
        "openness",
        pl.col("opened_date").str.to_date().fill_null(date(2025, 1, 1)),
        model_permaslug="permaslug",
    )
    newest = served.sort("known_at").unique(["date", "model_permaslug"], keep="last")
    return newest.join(key, on="model_permaslug", how="left").with_columns(
        pl.col("vendor_id", "counted", "openness").fill_null("unknown"), week=pl.col("date").dt.truncate("1w")
    )


@pytest.fixture(scope="module")
def truth() -> pl.DataFrame:
    return pl.DataFrame(list(oracles.answers()), schema=["metric", "key", "column", "value"], orient="row")


def whole(usage: pl.DataFrame) -> pl.DataFrame:
    """Usage of complete weeks: the world begins on a Wednesday and ends on a Tuesday."""
    return usage.filter(pl.col("date").n_unique().over("week") == 7)


def column_of(truth: pl.DataFrame, metric: str, column: str) -> dict[tuple[str, ...], str]:
    """Values of one column by the values of their key."""
    lines = truth.filter(metric=metric, column=column)
    return {tuple(map(str, json.loads(key).values())): value for key, value in lines.select("key", "value").rows()}


def test_one_seed_is_one_world(directory: Path, tmp_path: Path) -> None:
    world.write(tmp_path / "again")
    world.write(tmp_path / "other", seed=2)
    files = {path.name for path in directory.iterdir()}
    assert files == DRAWN | TOLD
    for name in files:
        assert (tmp_path / "again" / name).read_bytes() == (directory / name).read_bytes()
    assert sha256((directory / "rankings_daily.csv").read_bytes()).hexdigest()[:16] == RANKINGS_DIGEST
    for name in DRAWN:
        assert (tmp_path / "other" / name).read_bytes() != (directory / name).read_bytes()


def test_a_day_is_the_fifty_most_used_and_the_rest(served: pl.DataFrame) -> None:
    first = served.filter(~is_restated())
    days = first.group_by("date").agg(
        rows=pl.len(),
        distinct=pl.col("model_permaslug").n_unique(),
        last=pl.col("model_permaslug").last(),
        other=pl.col("total_tokens").last(),
        least=pl.col("total_tokens").min(),
        descends=pl.col("total_tokens").slice(0, 50).diff().max() <= 0,
        wait=(pl.col("known_at").dt.replace_time_zone(None) - pl.col("date").cast(pl.Datetime("us"))).max(),
    )
    assert days.height == 546
    assert (days["date"].min(), days["date"].max()) == (date(2025, 1, 1), date(2026, 6, 30))
    assert days["rows"].unique().to_list() == days["distinct"].unique().to_list() == [51]
    assert days["last"].unique().to_list() == ["other"]
    assert days["other"].min() > days["least"].min() > 0
    assert days["descends"].all()
    assert {str(wait) for wait in days["wait"]} == {"1 day, 2:05:00"}


def is_restated() -> pl.Expr:
    return pl.col("known_at").dt.time() == router.CORRECTED


def test_a_few_values_are_restated_between_two_passes(served: pl.DataFrame) -> None:
    restated, before = served.filter(is_restated()), served.filter(~is_restated())
    both = restated.join(before, on=["date", "model_permaslug"], suffix="_before")
    named = restated.filter(pl.col("model_permaslug") != "other")
    change = both["total_tokens"] / both["total_tokens_before"] - 1
    assert [day.day for day in named["date"]] == [26, 26, 27, 28, 28, 28, 29]
    assert restated.height == both.height == 12
    assert 0 < change.min() <= change.max() < 0.0011
    passes = (world.BACKFILL_AS_OF, *world.DAILY_AS_OFS)
    for earlier, later in pairwise(passes):
        assert any(earlier < at < later for at in restated["known_at"]), later


def test_days_move_and_hide_no_more_than_the_gates_allow(usage: pl.DataFrame) -> None:
    days = usage.group_by("date").agg(
        total=pl.col("total_tokens").sum(), unknown=pl.col("total_tokens").filter(vendor_id="unknown").sum()
    )
    moves = days.sort("date").select(move=pl.col("total") / pl.col("total").shift(1))["move"].drop_nulls()
    assert 0.8 < moves.min() < moves.max() < 1.25
    assert (days["unknown"] / days["total"]).max() < 0.2
    unmapped = usage.filter(pl.col("model_permaslug").str.starts_with("acme-labs/"))
    assert 0 < unmapped["total_tokens"].sum() < 0.01 * usage["total_tokens"].sum()


def share_of(truth: pl.DataFrame, vendor: str, period: str) -> float:
    metric = "vendor_share_weekly" if date.fromisoformat(period).weekday() == 0 else "vendor_share_daily"
    return float(column_of(truth, metric, "vendor_share")[period, vendor])


def test_the_story_is_in_it(usage: pl.DataFrame, truth: pl.DataFrame) -> None:
    identified = {week: float(share) for (week,), share in column_of(truth, IDENTIFIED, "china_share").items()}
    origin = {week: float(share) for (week,), share in column_of(truth, ORIGIN, "china_share").items()}
    tokens = {week: int(count) for (week,), count in column_of(truth, "router_tokens_weekly", "tokens").items()}
    first, last = min(tokens), max(tokens)
    assert (first, last) == ("2025-01-06", "2026-06-22")
    assert 0.02 < identified[first] < origin[first] < 0.06
    assert 0.55 < identified[last] < 0.57 < 0.6 < origin[last] < 0.63
    assert 9 < tokens[last] / tokens[first] < 11
    assert float(column_of(truth, "router_tokens_weekly", "growth_ratio")[("2026-03-30",)]) == pytest.approx(4, abs=0.2)
    assert share_of(truth, "google", "2025-06-16") > 0.36 > 0.13 > share_of(truth, "google", last)
    assert share_of(truth, "xiaomi", "2026-03-23") > 0.2 > 0.11 > share_of(truth, "xiaomi", "2026-05-18")
    assert share_of(truth, "deepseek", "2026-03-23") < 0.06 < 0.17 < share_of(truth, "deepseek", "2026-05-18")
    assert share_of(truth, "meta", last) < 0.01 < share_of(truth, "openai", last) < 0.1
    top = [column_of(truth, "model_rank_weekly", "is_chinese")[last, str(place)] for place in range(1, 6)]
    assert top.count("true") == 4


def test_a_promotion_ends_and_stealth_passes(usage: pl.DataFrame, truth: pl.DataFrame) -> None:
    shares = [share_of(truth, "tencent", f"2026-06-{day:02}") for day in (2, 3, 4)]
    assert [round(share, 2) for share in shares] == [0.21, 0.22, 0.03]
    days = dict(usage.group_by("model_permaslug").len().rows())
    assert days["tencent/hy3-preview-20260421:free"] == 2
    assert days["openrouter/hunter-alpha"] == 14
    attributed = column_of(truth, "china_share_reconciliation_weekly", "change_share")["2026-03-16", "3"]
    assert float(attributed) > 0.04


def test_weekly_truth_by_a_second_count(usage: pl.DataFrame, truth: pl.DataFrame) -> None:
    tokens = pl.col("total_tokens")
    is_identified = pl.col("counted") == "identified"
    is_open = (pl.col("openness") == "open") & (pl.col("date") >= pl.col("opened_date"))
    is_chinese = pl.col("counted").is_in(["identified", "lineage", "attributed"])
    counted = {
        "router_tokens_weekly.tokens": pl.lit(True),
        "china_share_identified_weekly.chinese_tokens": is_identified,
        "china_share_origin_weekly.chinese_tokens": is_chinese,
        "china_share_bounds_weekly.unknown_tokens": pl.col("counted") == "unknown",
        "china_part_of_open_weekly.chinese_tokens": is_chinese & is_open,
        "free_share_weekly.free_tokens": pl.col("model_permaslug").str.ends_with(":free"),
    }
    weeks = (
        whole(usage)
        .group_by(pl.col("week").cast(pl.String))
        .agg(tokens.filter(asked).sum().alias(name) for name, asked in counted.items())
    )
    for name in counted:
        expected = {(week,): str(value) for week, value in weeks.select("week", name).rows()}
        assert column_of(truth, *name.split(".")) == expected, name


def test_vendor_and_rank_truth_by_a_second_count(usage: pl.DataFrame, truth: pl.DataFrame) -> None:
    week, tokens = pl.col("week").cast(pl.String), pl.col("total_tokens")
    named_days = pl.col("date").filter(pl.col("model_permaslug") != "other").n_unique()
    usage = whole(usage)
    vendors = usage.group_by(week, "vendor_id").agg(tokens.sum(), days=named_days)
    for place, column in ((2, "tokens"), (3, "days_observed")):
        expected = {row[:2]: str(row[place]) for row in vendors.rows()}
        assert column_of(truth, "vendor_share_weekly", column) == expected
    model = pl.col("model_permaslug").str.split(":").list.first().alias("model")
    models = usage.filter(pl.col("model_permaslug") != "other").group_by(week, model).agg(tokens.sum())
    ranked = models.with_columns(place=tokens.rank("ordinal", descending=True).over("week"))
    expected = {(row["week"], str(row["place"])): row["model"] for row in ranked.to_dicts()}
    assert column_of(truth, "model_rank_weekly", "model_id") == expected


def test_truth_keeps_the_laws(truth: pl.DataFrame) -> None:
    for metric, column in (
        ("vendor_share_weekly", "vendor_share"),
        ("vendor_share_weekly", "named_share"),
        ("openness_share_weekly", "openness_share"),
    ):
        sums: dict[str, float] = {}
        for (week, _), value in column_of(truth, metric, column).items():
            sums[week] = sums.get(week, 0) + float(value)
        assert sums == pytest.approx(dict.fromkeys(sums, 1), abs=1e-9)
    lower = column_of(truth, "china_share_bounds_weekly", "lower_share")
    upper = column_of(truth, "china_share_bounds_weekly", "upper_share")
    for week, origin in column_of(truth, "china_share_origin_weekly", "china_share").items():
        assert float(lower[week]) <= float(origin) <= float(upper[week])
        step = column_of(truth, "china_share_reconciliation_weekly", "china_share")
        assert step[(*week, "5")] == step[(*week, "4")] == origin


def test_no_metric_is_without_known_answers(truth: pl.DataFrame) -> None:
    """Those of a receiver are counted against its clients' own file, in tests/gateway."""
    fed = {m.id for m in METRICS if m.schema == "metrics" and not set(m.needed) & PUSHED.keys()}
    assert set(truth["metric"]) - {"fct_usage_daily"} == fed


def test_truth_speaks_the_registry(truth: pl.DataFrame) -> None:
    for metric, keys in truth.group_by("metric").agg("key", "column").rows_by_key("metric", unique=True).items():
        declared, grain = METRIC_BY_ID[metric], METRIC_BY_ID[metric].grain
        assert {tuple(json.loads(key)) for key in keys[0]} == {grain}
        assert set(keys[1]) == set(declared.row.model_fields) - set(grain)


def test_the_catalogue_has_its_traps(directory: Path, usage: pl.DataFrame) -> None:
    models = pl.read_csv(directory / "models.csv", infer_schema=False)
    assert tuple(models.columns) == MODELS.columns
    entries = {row["id"]: row for row in models.filter(pl.col("known_at") <= "2026-06-28T06:00:00Z").to_dicts()}
    shown = set(usage["model_permaslug"].str.split(":").list.first()) - {"other"}
    assert shown <= {entry["canonical_slug"] for entry in entries.values()}
    assert entries["openrouter/auto"]["prompt_usd_per_token"] == "-1"
    assert entries["nvidia/nemotron-3-super-120b-a12b:free"]["completion_usd_per_token"] == "0"
    assert entries["qwen/qwen3-embedding-8b"]["output_modalities"] == "embeddings"
    assert entries["microsoft/mai-transcribe-2"]["prompt_usd_per_token"] == "0.1"  # a second of speech
    assert [slug for slug, entry in entries.items() if entry["discount"] != "0"] == ["minimax/minimax-m2.7"]
    assert entries["openai/o3-mini-2025-01-31"]["withdrawn"] == "true"


def test_a_price_is_cut_and_one_slips_after_the_backfill(directory: Path) -> None:
    models = pl.read_csv(directory / "models.csv", infer_schema=False)
    entries = {row["id"]: row for row in models.filter(pl.col("known_at") <= "2026-06-28T06:00:00Z").to_dicts()}
    cut, slip = models.filter(pl.col("known_at") > "2026-06-28T06:00:00Z").to_dicts()
    price = "prompt_usd_per_token"
    assert (entries[cut["id"]][price], cut[price]) == ("0.00000055", "0.000000435")
    assert (entries[slip["id"]][price], slip[price]) == ("0.0000025", "2.5")
    passes = [catalogue.stamp(moment) for moment in world.DAILY_AS_OFS]
    assert cut["known_at"] < passes[0] < passes[1] < slip["known_at"] < passes[2]
