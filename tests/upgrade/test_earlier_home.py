"""A home that an earlier version made, with its own Kafka: read, upgraded with a backup, and verified."""

import hashlib
import tarfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.cli.command import assert_one_sentence, environment, run
from tests.scene import write_rankings

EARLIER = Path(__file__).with_name("home-2026-11-24.tar.xz")
OFF = "disclosures,leaderboards,claims"
USED = {"openai/gpt-4o": 1000, "deepseek/deepseek-v4-pro-20260423": 2000, "z-ai/glm-5": 500, "other": 700}
KEPT = {
    "router_tokens_weekly": "week_start_date, tokens",
    "china_share_origin_weekly": "week_start_date, chinese_tokens, denominator_tokens, china_share",
    "vendor_share_daily": "usage_date, vendor_id, tokens, vendor_share",
    "release_cadence": "* EXCLUDE (as_of, version, status, held_since)",
}


@pytest.fixture
def earlier(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of such a home."""
    with tarfile.open(EARLIER) as archive:
        archive.extractall(tmp_path / "home", filter="data")
    variables = environment(tmp_path / "home", "", TOKENSHARE_SOURCES_OFF=OFF)
    yield variables
    run(variables, "broker", "stop")


def make_world(directory: Path) -> Path:
    days = [date(2026, 6, 1) + timedelta(days=number) for number in range(21)]
    return write_rankings(
        directory,
        [
            (f"{day + timedelta(days=1)}T03:00:00Z", f"{day}", model, f"{tokens + 7 * number}")
            for number, day in enumerate(days)
            for model, tokens in USED.items()
        ],
    )


def shown(variables: dict[str, str]) -> dict[str, list[tuple[object, ...]]]:
    path = Path(variables["TOKENSHARE_HOME"]) / "published" / "tokenshare.duckdb"
    with duckdb.connect(path, read_only=True) as file:
        return {
            id: file.execute(f"SELECT {names} FROM metrics.{id} ORDER BY ALL").fetchall() for id, names in KEPT.items()
        }


def test_looks_read_it_and_say_what_changes(earlier: dict[str, str]) -> None:
    parts = {part["part"]: part for part in run(earlier, "upgrade", "--check", "--json").document["parts"]}
    assert parts["build tables"]["change"] == parts["published file"]["change"] == "rebuilt"
    assert "fetch.completed.v1: rejected_count is null in 2 files" in parts["landed files"]["reason"]
    for look in ("status", "gates", "mappings", "metrics china_share_origin_weekly", "report"):
        assert run(earlier, *look.split()).code == 0, look
    assert_one_sentence(run(earlier, "verify", "--all"), 2, "an earlier version", "`tokenshare refresh`")


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_pass_upgrades_it_keeps_a_backup_and_moves_no_number(earlier: dict[str, str], tmp_path: Path) -> None:
    build = tmp_path / "home" / "build"
    before, left = shown(earlier), hashlib.sha256((build / "warehouse.duckdb").read_bytes()).digest()
    world = make_world(tmp_path / "world")
    refresh = ("refresh", "--world", str(world), "--as-of", "2026-06-22T08:00:00Z", "--json")
    report = run(earlier, *refresh).document
    assert report["status"] == "ok", report
    assert hashlib.sha256((build / "warehouse.backup.duckdb").read_bytes()).digest() == left
    assert shown(earlier) == before
    assert all(before.values())
    assert run(earlier, "verify", "--all", "--json").document["breaches"] == []
    assert run(earlier, "upgrade", "--check", "--json").document["status"] == "nothing to do"
