"""A word that is not known is answered with the closest few known ones, and a wrong key with what a key is made of."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.queries.keys import key_among
from tests.cli.command import ROOT, environment
from tests.cli.homes import claimed
from tests.cli.test_help import Say, say
from tokenshare.closest import suggest, unknown
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID

__all__ = ["say"]

WEEKLY = METRIC_BY_ID["vendor_share_weekly"]
ROWS: list[dict[str, Any]] = [
    {"week_start_date": date(2026, 6, 8), "vendor_id": "openai"},
    {"week_start_date": date(2026, 6, 8), "vendor_id": "z-ai"},
    {"week_start_date": date(2026, 6, 15), "vendor_id": "deepseek"},
    {"week_start_date": date(2026, 6, 15), "vendor_id": "open weights"},
]
HEAVY = """
import atexit
heavy = ("apache_beam", "dbt", "great_expectations", "pandas", "prefect", "pyarrow", "kafka", "altair", "jinja2")
atexit.register(lambda: print("loaded:", [name for name in heavy if name in sys.modules]))
from flows.cli import main
main()
"""
NONE = "vendor_share_weekly has no row for"
SHAPE = "the key of vendor_share_weekly is week_start_date vendor_id, such as 2026-W25 'open weights'"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("metrics vendor_share", "did you mean vendor_share_daily, vendor_share_weekly or dim_vendors?"),
        ("gates vendor_share_weakly", "did you mean vendor_share_weekly"),
        ("gates release china_share_orign_weekly 3 --by a --reason b", "did you mean china_share_origin_weekly"),
        ("metrics xyzzy", "there is no metric xyzzy: `tokenshare metrics` lists the known ones"),
        ("refresh --source openrouter_ranking", "did you mean openrouter_rankings"),
        ("backfill --from 2026-06-01 --to 2026-06-02 --source openrouter_ranking", "did you mean openrouter_rankings"),
        ("check 0.6 --about chinashare", "did you mean china_share"),
        ("mappings --kind origni", "there is no kind origni: did you mean origin?"),
        ("mappings add vendor x a=b --citation c", "did you mean vendors?"),
        ("statsu", "Did you mean 'status'"),
        ("status --jsn", "Possible options: --json"),
    ],
)
def test_a_command_names_the_closest(words: str, said: str, say: Say) -> None:
    code, out, err = say(*words.split())
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err
    assert len(err) < 300


@pytest.mark.parametrize(
    "words",
    [
        "refresh --source nosuch",
        "refresh --as-of today",
        "backfill --from yesterday --to 2026-07-01",
        "backfill --from 2026-07-01 --to 2026-07-02 --source nosuch",
        "land --range all",
        "trace nosuch 2026-W25",
        "check 61%%",
    ],
)
def test_a_wrong_value_is_found_before_the_slow_libraries_are_loaded(words: str, tmp_path: Path) -> None:
    """Modules are counted, never the seconds."""
    environ = environment(claimed(tmp_path / "home"), "127.0.0.1:1")
    code = f"import sys; sys.argv = ['tokenshare', *{words.split()!r}]\n{HEAVY}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "loaded: []\n"), done.stderr


def test_a_passes_log_is_named_by_a_close_id(say: Say, tmp_path: Path) -> None:
    (tmp_path / "home" / "log").mkdir(exist_ok=True)
    for run in ("20260701T060000-a1b2", "20260702T060000-c3d4"):
        (tmp_path / "home" / "log" / f"{run}.jsonl").write_text('{"at": "2026-07-01", "event": "end"}\n')
    assert "did you mean 20260701T060000-a1b2" in say("logs", "20260701T060000")[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("2026-W25 depseek", f"{NONE} 2026-W25 depseek: did you mean deepseek? {SHAPE}"),
        ("2026-W25 z-ai", f"{NONE} 2026-W25 z-ai: choose among deepseek, open weights; {SHAPE}"),
        ("2026-W30 z-ai", f"{NONE} 2026-W30 z-ai: its rows are of 2026-06-08 to 2026-06-15; {SHAPE}"),
        ("2026-W25", f"2 words of a key are needed, 1 given: {SHAPE}"),
        ("", f"2 words of a key are needed, 0 given: {SHAPE}"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_answered_with_what_it_is_made_of(words: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        key_among(WEEKLY, words.split(), ROWS)
    assert str(caught.value) == said


def test_a_key_is_found_among_the_rows() -> None:
    assert key_among(WEEKLY, ["2026-W25", "deepseek"], ROWS) == (date(2026, 6, 15), "deepseek")
    with pytest.raises(UsageError, match="'June' is not a valid week_start_date: write a day as"):
        key_among(WEEKLY, ["June", "deepseek"], ROWS)
    with pytest.raises(UsageError, match="has no row for 2026-W25 x: see `tokenshare metrics vendor_share_weekly`"):
        key_among(WEEKLY, ["2026-W25", "x"], [])


def test_the_closest_come_first_and_else_a_few_or_where_to_look() -> None:
    many = [f"name-{number:03}" for number in range(200)]
    assert suggest("nam-007", many).startswith("did you mean name-007")
    assert suggest("xyzzy", many, "tokenshare status") == "`tokenshare status` lists the known ones"
    assert suggest("xyzzy", many).count(",") == 11
    assert suggest("xyzzy", ["b", "a"]) == "choose among b, a"
    assert str(unknown("there is no b", "B", ["b"])) == "there is no b: did you mean b?"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("cite", "Missing argument 'metric': see `tokenshare cite --help`"),
        ("gates release", "Missing argument 'metric': see `tokenshare gates release --help`"),
        ("check 0.6", "Missing option '--about': see `tokenshare check --help`"),
        ("dlq show", "Missing argument 'record': see `tokenshare dlq show --help`"),
        ("dlq", "a command is missing: see `tokenshare dlq --help`"),
        ("metrics --limit 0", "see `tokenshare metrics --help`"),
    ],
)
def test_a_wrong_use_names_the_help_of_its_command(words: str, said: str, say: Say) -> None:
    code, _, err = say(*words.split())
    assert (code, said in err) == (2, True), err
