"""The emulator speaks the documented paths, parameters, limits, errors, and shows a world as known then."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.emulator.answers import Refusal
from demo.emulator.server import Pace, Upstream, available
from tests.upstream.worlds import AS_OF, CATEGORIES, MODELS, RANKINGS, write_world
from tokenshare.errors import UsageError

DAILY = "datasets/rankings-daily"
EXPORTS = "datasets/exports/rankings-daily"
KEY = {"Authorization": f"Bearer {Upstream.key}"}


def ask(
    world: Path, path: str, as_of: datetime = AS_OF, headers: dict[str, str] = KEY, **params: str
) -> httpx.Response:
    with Upstream(world, as_of) as upstream:
        return httpx.get(f"{upstream.url}/{path}", params=params, headers=headers, trust_env=False)


def ask_with(world: Path, params: dict[str, str]) -> httpx.Response:
    with Upstream(world, AS_OF) as upstream:
        return httpx.get(f"{upstream.url}/{DAILY}", params=params, headers=KEY, trust_env=False)


def rows(response: httpx.Response) -> list[tuple[str, str, str]]:
    assert response.status_code == 200, response.text
    return [(row["date"], row["model_permaslug"], row["total_tokens"]) for row in response.json()["data"]]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_world(tmp_path / "world")


def test_the_default_is_thirty_days_to_the_last_complete_one_as_known_then(world: Path) -> None:
    response = ask(world, DAILY)
    assert rows(response) == [
        ("2026-05-09", "alpha/one", "110"),
        ("2026-05-09", "other", "900"),
        ("2026-05-10", "alpha/one", "300"),
        ("2026-05-10", "other", "600"),
        ("2026-05-11", "alpha/one", "501"),
        ("2026-05-11", "alpha/one", "500"),
        ("2026-05-11", "beta/two", "250"),
        ("2026-05-11", "other", "749"),
    ]
    assert response.json()["meta"] == {
        "as_of": "2026-05-12T06:00:00.000Z",
        "version": "v1",
        "start_date": "2026-04-12",
        "end_date": "2026-05-11",
    }


def test_a_world_is_what_was_known_at_its_moment(world: Path) -> None:
    earlier = rows(ask(world, DAILY, AS_OF - timedelta(days=1)))
    assert ("2026-05-09", "alpha/one", "100") in earlier
    assert ("2026-05-10", "beta/two:free", "100") in earlier
    later = rows(ask(world, DAILY, AS_OF + timedelta(days=1)))
    assert [row for row in later if row[:2] == ("2026-05-11", "alpha/one")] == [("2026-05-11", "alpha/one", "505")]


@pytest.mark.parametrize(
    ("hour", "newest"), [(0, "2026-05-10"), (1, "2026-05-10"), (2, "2026-05-11"), (23, "2026-05-11")]
)
def test_the_end_is_resolved_to_the_newest_complete_day(world: Path, hour: int, newest: str) -> None:
    """As 32 captures of 2026 show: whoever asked up to their own day got the day before, in `meta` and in rows."""
    response = ask(world, DAILY, AS_OF.replace(hour=hour), end_date="2026-05-12")
    assert response.json()["meta"]["end_date"] == newest
    assert max(day for day, _, _ in rows(response)) <= newest


def test_a_day_that_is_not_complete_cannot_be_asked_for_alone(world: Path) -> None:
    assert ask(world, DAILY, start_date="2026-05-12", end_date="2026-05-12").status_code == 400


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"start_date": "2026-02-30"}, "start_date must be an existing day"),
        ({"end_date": "yesterday"}, "end_date must be an existing day"),
        ({"end_date": "2024-12-31"}, "end_date must not be before 2025-01-01"),
        ({"start_date": "2026-05-11", "end_date": "2026-05-10"}, "must not be after"),
        ({"start_date": "2025-05-10", "end_date": "2026-05-11"}, "must not exceed 366 days"),
        ({"period": "year"}, "period must be one of"),
        ({"category": "programming"}, "ask for period=week"),
        ({"category": "programming", "period": "week"}, "not available in this world"),
        ({"language_type": "natural", "period": "week"}, "not available in this world"),
        ({"modality": "image"}, "not available in this world"),
        ({"category": "programming", "modality": "image", "period": "week"}, "exclude each other"),
    ],
)
def test_wrong_parameters_are_a_400_with_the_documented_body(world: Path, params: dict[str, str], said: str) -> None:
    response = ask_with(world, params)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == 400
    assert said in response.json()["error"]["message"]


def test_an_early_start_is_clamped_and_echoed_and_366_days_are_served(world: Path) -> None:
    meta = ask(world, DAILY, start_date="2019-01-01", end_date="2025-06-30").json()["meta"]
    assert (meta["start_date"], meta["end_date"]) == ("2025-01-01", "2025-06-30")
    assert ask(world, DAILY, start_date="2025-05-11", end_date="2026-05-11").status_code == 200


def test_weeks_and_months_are_sums_named_by_their_first_day(world: Path) -> None:
    weekly = rows(ask(world, DAILY, period="week"))
    assert weekly[:2] == [("2026-05-04", "alpha/one", "410"), ("2026-05-04", "other", "1500")]
    assert rows(ask(world, DAILY, period="month"))[-1] == ("2026-05-01", "other", "2249")


def test_categories_are_served_by_week_where_the_world_has_them(tmp_path: Path) -> None:
    world = write_world(tmp_path / "world", rankings_category_weekly=CATEGORIES)
    found = rows(ask(world, DAILY, category="programming", period="week"))
    assert found == [("2026-05-04", "alpha/one", "40")]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic eA=="}])
def test_without_a_key_the_data_api_is_401_and_the_rest_is_open(world: Path, headers: dict[str, str]) -> None:
    response = ask(world, DAILY, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (401, 401)
    assert ask(world, "models", headers=headers).status_code == 200
    assert ask(world, f"{EXPORTS}/latest.csv", headers=headers).status_code == 200


def test_thirty_calls_a_minute_and_key_then_429_with_the_wait() -> None:
    clock = [100.0]
    pace = Pace(lambda: clock[0])
    for _ in range(30):
        pace.count("one")
    with pytest.raises(Refusal) as refusal:
        pace.count("one")
    assert (refusal.value.status, refusal.value.headers) == (429, {"Retry-After": "60"})
    pace.count("another")
    clock[0] += 60
    pace.count("one")


def test_values_are_served_as_they_stand_whatever_they_are(tmp_path: Path) -> None:
    junk = RANKINGS + "2026-05-12T02:05:00Z,2026-05-11,junk/one,-5\n2026-05-12T02:05:00Z,2026-05-1,junk/two,1e9\n"
    found = rows(ask(write_world(tmp_path / "world", rankings_daily=junk), DAILY, end_date="2026-06-01"))
    assert ("2026-05-11", "junk/one", "-5") in found
    assert ("2026-05-1", "junk/two", "1e9") in found


def test_the_manifest_tells_the_truth_about_both_files(world: Path) -> None:
    with Upstream(world, AS_OF) as upstream, httpx.Client(base_url=upstream.url, trust_env=False) as client:
        manifest = client.get(f"{EXPORTS}/latest.manifest.json").json()
        files = {kind: client.get(f"{EXPORTS}/2026-05-11.{kind}").content for kind in ("csv", "json")}
        assert client.get(f"{EXPORTS}/latest.csv").content == files["csv"]
        index = client.get("datasets/exports/index.json").json()
    assert manifest["snapshot_date"] == "2026-05-11" == index["datasets"][0]["latest_snapshot_date"]
    assert manifest["retrieved_at"] == "2026-05-12T06:00:00.000Z"
    for kind, body in files.items():
        told = manifest["files"][kind]
        assert (told["bytes"], told["sha256"]) == (len(body), sha256(body).hexdigest())
    assert manifest["row_count"] == files["csv"].count(b"\r\n") - 1 == len(json.loads(files["json"])["data"])


def test_the_csv_has_ranks_but_for_other_and_shares_that_sum_to_one(world: Path) -> None:
    body = ask(world, f"{EXPORTS}/2026-05-10.csv").text
    assert body.startswith(
        "date,model_permaslug,rank,total_tokens,share_of_daily_tokens\r\n2026-05-09,alpha/one,1,100,"
    )
    found = list(csv.DictReader(io.StringIO(body, newline="")))
    assert [row["rank"] for row in found] == ["1", "", "1", "2", ""]
    assert sum(float(row["share_of_daily_tokens"]) for row in found if row["date"] == "2026-05-10") == 1.0


def test_a_dated_snapshot_changes_no_more_once_the_next_day_is_over(world: Path) -> None:
    as_of = datetime(2026, 5, 20, tzinfo=UTC)
    old = ask(world, f"{EXPORTS}/2026-05-09.csv", as_of).text
    assert "alpha/one,1,100," in old  # known as 110 only on the 12th
    assert old == ask(world, f"{EXPORTS}/2026-05-09.csv", as_of + timedelta(days=9)).text


@pytest.mark.parametrize("name", ["2026-05-08.csv", "2026-05-12.csv", "20260511.csv", "latest.xml", "../models"])
def test_snapshots_that_are_not_there_are_404(world: Path, name: str) -> None:
    assert ask(world, f"{EXPORTS}/{name}").status_code == 404


def ids(response: httpx.Response) -> list[str]:
    return [entry["id"] for entry in response.json()["data"]]


def test_the_catalogue_lists_text_models_unless_asked_for_all_and_nothing_withdrawn(world: Path) -> None:
    text = ["beta/two", "beta/two:free", "gamma/painter", "~beta/two-latest", "alpha/one"]
    assert ids(ask(world, "models")) == text
    assert sorted(ids(ask(world, "models", output_modalities="all"))) == sorted([*text, "gamma/pure"])
    assert "delta/gone" in ids(ask(world, "models", AS_OF - timedelta(days=1)))


def test_prices_are_texts_and_an_alias_names_its_target(world: Path) -> None:
    found = {entry["id"]: entry for entry in ask(world, "models", output_modalities="all").json()["data"]}
    assert found["alpha/one"]["pricing"] == {
        "prompt": "0.000001",
        "completion": "0.000005",
        "request": "0",
        "image": "0",
        "discount": 0.0,
    }
    assert found["beta/two"]["pricing"]["overrides"] == [{"min_prompt_tokens": 9, "prompt": "0.000003"}]
    assert found["gamma/pure"]["pricing"]["prompt"] == "-1"
    assert found["~beta/two-latest"]["alias_target"] == {"slug": "beta/two", "name": "Beta Two (latest)"}
    assert found["alpha/one"]["created"] == 1767225600


def test_other_prices_of_an_entry_stand_beside_its_sides_or_in_their_place(tmp_path: Path) -> None:
    header, entry, *_ = MODELS.splitlines()
    other = '"{""request"": ""0.005"", ""image"": null, ""completion"": 0}"'
    rows = (f"{header},pricing_json", f"{entry},{other}", f"{entry.replace('alpha', 'beta')},")
    (tmp_path / "models.csv").write_text("\n".join(rows))
    found = {entry["id"]: entry["pricing"] for entry in ask(tmp_path, "models").json()["data"]}
    assert found["alpha/one"] == {"prompt": "0.000002", "completion": 0, "request": "0.005", "discount": 0.0}
    assert found["beta/one"]["image"] == "0"


def test_the_catalogue_comes_whole_or_in_pages_with_a_next_link(world: Path) -> None:
    whole = ask(world, "models").json()
    assert (whole["total_count"], whole["links"]) == (5, {"next": None})
    first = ask(world, "models", limit="3", output_modalities="all").json()
    assert len(first["data"]) == 3
    assert first["total_count"] == 6
    assert "offset=3" in first["links"]["next"]
    assert "output_modalities=all" in first["links"]["next"]
    assert ask(world, "models", offset="3", limit="3").json()["links"] == {"next": None}
    assert ask(world, "models", limit="1001").status_code == 400 == ask(world, "models", offset="-1").status_code


def test_a_file_the_world_lacks_is_a_404_and_is_not_available(tmp_path: Path) -> None:
    (tmp_path / "models.csv").write_text(MODELS)
    assert available(tmp_path) == {"models.csv"}
    assert {ask(tmp_path, path).status_code for path in (DAILY, f"{EXPORTS}/latest.csv", "other")} == {404}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"rankings_daily": "date,model_permaslug,total_tokens\n"},
            r"rankings_daily.csv line 1: no column known_at",
        ),
        (
            {"rankings_daily": RANKINGS + "yesterday,2026-05-11,a/b,1\n"},
            r"rankings_daily.csv line 15, column known_at is",
        ),
        ({"rankings_daily": RANKINGS + "2026-05-12T02:05:00,2026-05-11,a/b,1\n"}, r"line 15, column known_at is"),
        ({"rankings_daily": RANKINGS + "2026-05-12T02:05:00Z,2026-05-11\n"}, r"line 15: 2 cells under 4 columns"),
        ({"models": MODELS + '"never closed\n'}, r"models.csv line \d+: not CSV"),
        (
            {"faults": "from,until,path_prefix,fault\n,,/,earthquake\n"},
            r"faults.csv line 2: fault is 'earthquake'",
        ),
        ({"faults": "from,until,path_prefix,fault\nsoon,,/,500\n"}, r"faults.csv line 2: from is 'soon'"),
    ],
)
def test_a_malformed_world_says_file_line_and_fix(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as refusal:
        Upstream(write_world(tmp_path / "world", **files), AS_OF)
    assert refusal.value.fix


def test_a_world_that_is_not_there_and_a_port_that_is_taken_are_usage_errors(world: Path) -> None:
    with pytest.raises(UsageError, match="is not a directory"):
        Upstream(world / "nowhere", AS_OF)
    with Upstream(world, AS_OF) as upstream, pytest.raises(UsageError, match="cannot be taken"):
        Upstream(world, AS_OF, port=int(upstream.url.split(":")[2].split("/")[0]))


@pytest.mark.parametrize(("hours", "status"), [(-7, 200), (-6, 500), (17, 500), (18, 200)])
def test_a_fault_holds_from_its_start_until_before_its_end(tmp_path: Path, hours: int, status: int) -> None:
    world = write_world(tmp_path / "world", "500")
    assert ask(world, "models", AS_OF + timedelta(hours=hours)).status_code == status


def test_the_same_world_at_the_same_moment_gives_the_same_bytes(world: Path) -> None:
    paths: list[tuple[str, dict[str, Any]]] = [
        (f"{EXPORTS}/latest.manifest.json", {}),
        ("models", {"limit": "2"}),
    ]
    for path, params in paths:
        assert ask(world, path, **params).content == ask(world, path, **params).content
