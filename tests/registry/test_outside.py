"""What others rely on, literally: exit codes, kill points, statuses; sources and seeds, walked both ways."""

import csv
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from connectors.sources import SOURCES
from flows.queries.doctor import _unknown
from flows.settings import POINTS, Settings, load, name_of
from tests.contracts.malformations import BY_TOPIC
from tokenshare import publication
from tokenshare.errors import GRAVITY, ExitCode, TokenshareError, gravest
from tokenshare.render import reference
from tokenshare.sources import Source
from tokenshare.topics import CONSUMER_GROUP, PUSHED, TOPICS

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "sources"
EXAMPLES = ROOT / "tests" / "examples"
SEEDS = ROOT / "dbt" / "seeds"
WORLD_FILES = {
    *("rankings_daily.csv", "rankings_category_weekly.csv", "models.csv", "prices.csv", "hub_models.csv"),
    *("quotes.csv", "share_counts.csv", "fx.csv", "disclosures.csv", "leaderboards.csv", "releases.csv"),
    "claims.csv",
}
RECORDED_WORLDS = ("openrouter", "openrouter-weeks", "openrouter-history", "openrouter-autumn")
EXITS = {
    "OK": 0, "BUG": 1, "USAGE": 2, "HELD": 10, "RECORDS_LOST": 11, "INCOMPLETE": 12, "UNDELIVERED": 13, "BROKER": 14,
    "BUSY": 75, "INTERRUPTED": 130,
}  # fmt: skip


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_exit_codes_are_as_contracted() -> None:
    assert {code.name: code.value for code in ExitCode} == EXITS
    assert GRAVITY == (1, 2, 14, 11, 12, 10, 13)
    assert reference.EXITS.keys() == set(ExitCode)


def test_the_gravest_wins_whatever_the_order() -> None:
    for index, code in enumerate(GRAVITY):
        assert gravest(GRAVITY[index:]) == gravest(tuple(reversed(GRAVITY[index:]))) == code
    assert gravest([]) == gravest([ExitCode.OK]) == 0


def test_every_error_has_an_exit_code_of_its_own() -> None:
    codes = [kind.exit_code for kind in TokenshareError.__subclasses__()]
    assert len(codes) == len(set(codes))
    assert ExitCode.OK not in codes


def test_kill_points_are_as_contracted() -> None:
    points = "fetch archive produce plan land commit offsets build judge decide swap alert"
    assert tuple(points.split()) == POINTS


def test_statuses_are_as_contracted() -> None:
    assert get_args(publication.Outcome) == ("published", "unchanged", "held", "inactive")
    assert {"current", "held", "released"} < set(get_args(publication.Status))
    assert CONSUMER_GROUP == "tokenshare.land"


def test_every_setting_is_explained_and_named() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    foreign = {name_of(field) for field in Settings.model_fields} - {
        f"TOKENSHARE_{field.upper()}" for field in Settings.model_fields
    }
    assert foreign == {"OPENROUTER_API_KEY", "PREFECT_API_URL", "HF_TOKEN"}


def test_the_table_of_settings_lists_all_but_those_for_tests() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    assert {name_of(field) for field in Settings.model_fields} - listed == {"TOKENSHARE_KILL_AT"}


def test_a_variable_counts_if_it_is_spelt_exactly_and_not_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOKENSHARE_HUB_CALLS", "5")
    Path(".env").write_text("TOKENSHARE_HUB_CALLS=6\n")
    other = {"tokenshare_hub_calls": "7", "TOKENSHARE_HTTP_ATTEMPTS": "", "HUB_CALLS": "8", "TOKENSHARE_HUB_CALL": "9"}
    assert load(other) == load({})
    assert load(other).home == tmp_path / ".tokenshare"
    assert load({"TOKENSHARE_HUB_CALLS": "7"}).hub_calls == 7
    assert _unknown(other) == ["TOKENSHARE_HUB_CALL"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_a_source_emits_declared_topics_and_can_be_played(source: Source) -> None:
    assert source.emits
    assert set(source.emits) <= set(TOPICS)
    assert [path for path in (FIXTURES / source.id).iterdir() if path.is_file()]


def test_the_files_of_a_world_keep_their_names() -> None:
    """People have worlds: a file may be added, and none may be renamed."""
    assert {source.world_file for source in SOURCES} >= WORLD_FILES


def test_every_fixture_has_a_source_and_every_topic_but_the_fetchs_own_too() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == {source.id for source in SOURCES}
    emitted = {topic.name for source in SOURCES for topic in source.emits}
    pushed = {topic.name for topic in PUSHED.values()}
    assert emitted | pushed | {"fetch.completed.v1"} == {topic.name for topic in TOPICS}


def test_every_topic_has_examples_and_every_example_a_topic() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == {topic.name for topic in TOPICS} == BY_TOPIC.keys()
    for topic in TOPICS:
        names = [path.name for path in (EXAMPLES / topic.name).iterdir()]
        assert any(name.endswith(".pass.json") for name in names)
        assert any(name.endswith(".fail.json") for name in names)


@pytest.mark.parametrize("name", [path.stem for path in SEEDS.glob("*.csv")])
def test_a_seed_row_is_cited_and_dated(name: str) -> None:
    for row in seed(name):
        assert row["citation"].strip(), row
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", row["known_from"]), row


def usage_rows(recorded_data: Path) -> list[dict[str, str]]:
    worlds = [recorded_data / world / "rankings_daily.csv" for world in RECORDED_WORLDS]
    return [row for path in worlds for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]


@pytest.mark.recorded
def test_seeds_cover_every_author_and_model_of_recorded_data(recorded_data: Path) -> None:
    models = {row["model_permaslug"].split(":")[0] for row in usage_rows(recorded_data)} - {"other"}
    stealth = {model for model in models if re.fullmatch(r"openrouter/.*|stealth/.*", model)}
    authors = {model.split("/")[0] for model in models - stealth}
    mapped = {row["author"]: row["vendor_id"] for row in seed("authors")}
    assert authors <= mapped.keys()
    assert {mapped[author] for author in authors} <= {row["vendor_id"] for row in seed("vendors")}
    assert models - stealth <= {row["model_id"] for row in seed("model_openness")}


@pytest.mark.recorded
def test_seeds_attribute_every_stealth_model_that_was_revealed(recorded_data: Path) -> None:
    with (recorded_data / "peer" / "stealth_reveals.csv").open(encoding="utf-8") as file:
        revealed = {row["model_id"]: row["vendor_id"] for row in csv.DictReader(file)}
    attributed = {row["model_id"]: row["vendor_id"] for row in seed("stealth_attributions")}
    assert len(revealed) == 15
    assert revealed.items() <= attributed.items()


@pytest.mark.recorded
def test_seeds_cover_every_author_of_the_recorded_catalogue(recorded_data: Path) -> None:
    document = json.loads((recorded_data / "reality" / "openrouter-models-2026-10-excerpt.json").read_text())
    assert {entry["id"].split("/")[0] for entry in document["data"]} <= {row["author"] for row in seed("authors")}
