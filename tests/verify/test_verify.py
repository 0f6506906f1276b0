"""`verify` keeps silent about a sound home, and names what was done to any other."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import typer
from rich.console import Console

from connectors.storage.home import Home
from flows.cli import provenance, tables
from flows.cli.screen import Screen
from flows.queries.verify import verify
from flows.queries.verify.promises import PROMISES, Promise
from tests.cli.homes import HOLD, claimed, other_process
from tests.verify.corruptions import CORRUPTIONS, SHARES, decide, show
from tokenshare.errors import Busy, ExitCode, UsageError

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]
FIRST = {corruption.named: name for name, corruption in reversed(CORRUPTIONS.items())}.values()
SIMILAR = sorted(CORRUPTIONS.keys() - {*FIRST})  # what breaks the same promises in another way
TOTALS = "parts_make_router_total"
AREAS = (
    ("home_holds_nothing_else", "archive_is_whole"),
    ("ledger_is_contiguous", "files_are_the_ledger", "rows_have_their_offsets", "lineage_is_landed"),
    ("versions_are_whole", "one_version_is_shown", "gates_let_versions_out", "replaced_cells_are_on_record"),
    (
        "published_file_is_the_decision",
        "version_files_are_the_versions",
        "vintages_give_every_version",
        "parts_make_the_whole",
    ),
    ("landed_fetches_are_archived",),
    ("numbers_come_from_their_offsets", "numbers_rest_on_the_newest_answer"),
)


def examine(home: Home, **options: Any) -> dict[str, Any]:
    return verify(home, lambda _: None, **options)


def test_a_sound_home_keeps_every_promise(clean: Home) -> None:
    before = signature(clean)
    told = examine(clean, is_all=True)
    assert told["breaches"] == []
    assert told["status"] == "ok"
    assert {one["promise"]: one["status"] for one in told["promises"]} == {p.name: "kept" for p in PROMISES}
    assert told["recomputed"]["passes"] == 2
    assert told["recomputed"]["versions"] > told["recomputed"]["metrics"] > 10
    assert told["recomputed"]["not_by_these_models"] == []
    assert signature(clean) == before


def test_a_sample_computes_what_readers_see(clean: Home) -> None:
    told = examine(clean)
    assert (told["breaches"], told["recomputed"]["passes"]) == ([], 1)
    assert told["recomputed"]["versions"] == told["recomputed"]["metrics"] > 10


@pytest.mark.parametrize("name", [*FIRST, *(pytest.param(name, marks=pytest.mark.long) for name in SIMILAR)])
def test_a_spoilt_home_is_told_by_name(name: str, copied: Callable[[], Home]) -> None:
    home, corruption = copied(), CORRUPTIONS[name]
    corruption.spoil(home)
    told = examine(home, is_all=corruption.is_all, promises=around(corruption.named))
    assert {breach["promise"] for breach in told["breaches"]} == set(corruption.named), told["breaches"]
    assert any(corruption.where in breach["where"] for breach in told["breaches"]), told["breaches"]
    assert all(breach["observed"] and breach["expected"] and breach["mend"] for breach in told["breaches"])
    assert told["status"] == "broken"


def test_every_promise_is_seen_broken() -> None:
    assert {name for corruption in CORRUPTIONS.values() for name in corruption.named} == {p.name for p in PROMISES}


def test_a_home_without_decisions_says_what_to_restore(copied: Callable[[], Home]) -> None:
    home = copied()
    home.warehouse.unlink()
    with pytest.raises(UsageError, match=r"there is no .*warehouse\.duckdb: restore build"):
        examine(home)


def test_a_damaged_build_database_says_what_to_restore(copied: Callable[[], Home]) -> None:
    home = copied()
    home.warehouse.write_bytes(home.warehouse.read_bytes()[:5000])
    with pytest.raises(UsageError, match=r"warehouse\.duckdb is damaged or truncated: restore build"):
        examine(home)


def test_a_pass_at_work_is_named(copied: Callable[[], Home]) -> None:
    home = copied()
    with other_process(HOLD, home.lock) as holder, pytest.raises(Busy, match=f"pid {holder.pid}"):
        examine(home)


def test_the_command_gives_one_document_and_code_1(
    copied: Callable[[], Home], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = copied()
    CORRUPTIONS["a landed row deleted"].spoil(home)
    monkeypatch.setenv("TOKENSHARE_HOME", str(home.root))
    with pytest.raises(typer.Exit) as ended:
        provenance.verify(json=True)
    told = json.loads(capsys.readouterr().out)
    assert ended.value.exit_code == ExitCode.BUG
    assert told.keys() == {"status", "home", "promises", "breaches", "recomputed", "seconds"}
    (breach,) = told["breaches"]
    assert breach.keys() == {"promise", "where", "observed", "expected", "mend"}
    statuses = {one["promise"]: one["status"] for one in told["promises"]}
    assert statuses["numbers_come_from_their_offsets"] == statuses["lineage_is_landed"] == "skipped"
    drawn = io.StringIO()
    tables.draw_verify(Screen(Console(file=drawn)), told)
    assert f"{breach['where']}: {breach['observed']}; expected {breach['expected']}" in drawn.getvalue()
    assert f"mend: {breach['mend']}" in drawn.getvalue()


def around(named: tuple[str, ...]) -> tuple[Promise, ...]:
    """The promises of the areas in which something is broken: what else is whole there must stay unnamed."""
    areas = [area for area in AREAS if set(area) & set(named)]
    return tuple(promise for promise in PROMISES if any(promise.name in area for area in areas))


def test_a_home_inside_a_home_is_no_stray(copied: Callable[[], Home]) -> None:
    """As the first steps make it: the demo in .tokenshare, the live home in .tokenshare/live."""
    home = copied()
    claimed(home.root / "live")
    assert examine(home, promises=around(("home_holds_nothing_else",)))["breaches"] == []


def test_a_finding_that_was_released_breaks_no_promise(copied: Callable[[], Home]) -> None:
    home = copied()
    more = f"UPDATE metrics.{SHARES} SET tokens = tokens + 1 WHERE week_start_date = '2026-06-01'"
    show(more)(home)
    (breach,) = broken_totals(home)
    observed, key = breach["observed"].split(" at ")
    decide(
        f"INSERT INTO decisions.releases VALUES ('{SHARES}', 2, 'router', '{TOTALS}', '{key}', '{observed}', 'Ada', "
        "'checked', '2026-06-16 07:00:00+00')"
    )(home)
    assert broken_totals(home) == []
    show(more)(home)  # another number at that key is another finding
    assert len(broken_totals(home)) == 1


def broken_totals(home: Home) -> list[dict[str, Any]]:
    """What is said of one law alone."""
    lawful = tuple(promise for promise in PROMISES if promise.name == "parts_make_the_whole")
    found = examine(home, promises=lawful)["breaches"]
    return [breach for breach in found if breach["where"] == f"metrics.{SHARES}: {TOTALS}"]


def test_every_promise_has_an_area() -> None:
    assert sorted(name for area in AREAS for name in area) == sorted(promise.name for promise in PROMISES)


def signature(home: Home) -> dict[str, tuple[int, int]]:
    """Size and time of every file."""
    found = {str(path): path.stat() for path in sorted(home.root.rglob("*"))}
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}
