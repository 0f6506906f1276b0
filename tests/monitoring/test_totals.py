"""What passes did is counted once, whichever logs are still there."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.storage.home import atomic_files, pass_totals
from connectors.storage.home.pass_log import KEPT, list_logs, open_log

AT = datetime(2026, 7, 1, 6, tzinfo=UTC)
ENDS: tuple[tuple[str, Mapping[str, Any]] | None, ...] = (
    ("end", {"status": "ok"}),
    ("end", {"status": "held"}),
    ("error", {"type": "BrokerUnavailable"}),
    ("error", {"type": "KeyboardInterrupt"}),
    ("end", {"status": "landed"}),
    None,
)


def run(folder: Path, number: int) -> None:
    with open_log(folder, f"20260701T{number:06d}-aa", lambda: AT.replace(minute=number % 60), str) as log:
        log("progress", {"text": 'a line with "event": "end" in it'})
        log("stage", {"stage": "land", "seconds": 1.0})
        log("stage", {"stage": "land", "seconds": 2.0})  # it went on: the whole time
        end = ENDS[number % len(ENDS)]
        if end:
            log(*end)


def test_counts_only_grow_when_logs_are_removed(tmp_path: Path) -> None:
    for number in range(KEPT + 30):
        before = pass_totals.read(tmp_path)
        run(tmp_path, number)
        after = pass_totals.read(tmp_path)
        assert sum(after.outcomes.values()) == sum(before.outcomes.values()) + 1 == number + 1
        assert after.seconds["land"] == 2.0 * (number + 1)
    assert len(list_logs(tmp_path)) == KEPT
    found = pass_totals.read(tmp_path)
    assert set(found.outcomes) == {"ok", "held", "failed", "interrupted", "landed", "killed"}
    assert max(found.outcomes.values()) - min(found.outcomes.values()) <= 1
    assert found.newest_seconds == {"land": 2.0}
    assert found.finished == AT.replace(minute=127 % 60)  # the last that ended as held; a landing is no whole pass


def test_a_running_pass_does_not_count_yet(tmp_path: Path) -> None:
    run(tmp_path, 0)
    run(tmp_path, 5)
    assert pass_totals.read(tmp_path).outcomes == {"ok": 1, "killed": 1}
    assert pass_totals.read(tmp_path, ["20260701T000005-aa"]).outcomes == {"ok": 1}


def test_a_pass_killed_between_its_totals_and_the_removal_counts_nothing_twice(tmp_path: Path) -> None:
    for number in range(5):
        run(tmp_path, number)
    before = pass_totals.read(tmp_path)
    pass_totals.fold(tmp_path, list_logs(tmp_path)[3:])
    assert pass_totals.read(tmp_path).outcomes == before.outcomes
    pass_totals.fold(tmp_path, list_logs(tmp_path)[3:])
    assert pass_totals.read(tmp_path).outcomes == before.outcomes


def test_a_log_that_goes_meanwhile_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        run(tmp_path, number)
    before, facts, raced = pass_totals.read(tmp_path), pass_totals._facts, []

    def racing(folder: Path, run_id: str) -> list[dict[str, Any]]:
        if not raced:
            raced.append(run_id)
            pass_totals.fold(folder, [run_id])
            (folder / f"{run_id}.jsonl").unlink()
        return facts(folder, run_id)

    monkeypatch.setattr(pass_totals, "_facts", racing)
    assert pass_totals.read(tmp_path).outcomes == before.outcomes
    assert len(raced) == 1


@pytest.mark.parametrize("body", ["", "[]", "{", json.dumps({"of": "another version"})])
def test_unreadable_totals_stop_no_pass(tmp_path: Path, body: str) -> None:
    run(tmp_path, 0)
    atomic_files.write(tmp_path / pass_totals.NAME, body.encode())
    assert pass_totals.read(tmp_path).outcomes == {"ok": 1}
    pass_totals.fold(tmp_path, list_logs(tmp_path))
    assert pass_totals.read(tmp_path).outcomes == {"ok": 1}
