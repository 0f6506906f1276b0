"""The audit finds a known-vulnerable pin, says how old its knowledge is, and takes exceptions with an end alone."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.audit import audit
from tests.audit.audit import CARRIED, CARRIER, Advisory, Excepted, Finding

TODAY = date(2026, 8, 1)
OLD = """urllib3==1.26.4 \\
    --hash=sha256:00
Jinja2==2.11.2 ; python_version < "4" \\
    --hash=sha256:00
agate==1.9.1 \\
    --hash=sha256:00
"""
ADVISORY = Advisory("toy", "GHSA-0", "CVE-0", "<1.2,>=1.0", "1.2", "a hole")
FOUND = Finding("1.1", ADVISORY)
EXCEPTED = Excepted("GHSA-0", "toy", "that part is not used", TODAY)


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.audit.audit", *words]
    return subprocess.run(command, cwd=audit.ROOT, capture_output=True, text=True, check=False)


@pytest.mark.threat("X18")
def test_a_known_vulnerable_pin_is_found(tmp_path: Path) -> None:
    lock = tmp_path / "old.lock"
    lock.write_text(OLD)
    done = run(str(lock))
    assert done.returncode == 1, done.stderr
    assert "old.lock: 3 pins, 2 of packages with an advisory" in done.stdout
    assert "\nurllib3 1.26.4: GHSA-q2q7-5pp4-w6pg (CVE-2021-33503), fixed in 1.26.5: " in done.stdout
    assert re.search(r"^jinja2 2\.11\.2: .*CVE-2020-28493", done.stdout, re.MULTILINE)


@pytest.mark.threat("X18")
def test_the_lock_has_no_pin_with_a_known_vulnerability() -> None:
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = CARRIED.values()
    assert re.search(rf"advisories known on {made}, \d+ days ago; later ones are unknown here", done.stdout)
    blocks = re.findall("^[a-z]", audit.LOCK.read_text(), re.MULTILINE)
    assert f"{len(blocks)} pins" in done.stdout


@pytest.mark.parametrize("content", [None, "# nothing\n"], ids=["no file", "no pins"])
def test_nothing_to_compare_is_an_error(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "a.lock").write_text(content)
    done = run(str(tmp_path / "a.lock"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "has no pins: name a file" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_carried_is_what_is_dated() -> None:
    assert CARRIED.keys() == {dict(audit.read_pins(audit.LOCK.read_text()))[CARRIER]}
    page = (audit.ROOT / "CONTRIBUTING.md").read_text()
    assert all(f"{made:%-d %B %Y}" in page for made in CARRIED.values())


@pytest.mark.parametrize(
    ("version", "affected", "applies"),
    [
        ("1.0", ADVISORY.affected, True),
        ("1.2", ADVISORY.affected, False),
        ("1.2rc1", "<1.2", False),
        ("1.1rc1", ADVISORY.affected, True),
        ("1.0", "<1.2ubuntu1", True),
    ],
    ids=["affected", "fixed", "before the fix by name alone", "a release candidate", "unreadable"],
)
def test_a_version_is_affected(version: str, affected: str, applies: bool) -> None:
    assert bool(audit.find([("toy", version)], [replace(ADVISORY, affected=affected)])) is applies


def test_an_exception_has_an_end() -> None:
    assert audit.complaints([FOUND], [], TODAY) == ["toy 1.1: GHSA-0 (CVE-0), fixed in 1.2: a hole"]
    assert audit.complaints([FOUND], [EXCEPTED], TODAY) == []
    assert audit.complaints([FOUND], [EXCEPTED], TODAY + timedelta(1)) == [str(FOUND)]
    assert audit.complaints([FOUND], [replace(EXCEPTED, package="other")], TODAY)[0] == str(FOUND)
    assert audit.complaints([], [EXCEPTED], TODAY) == ["exception GHSA-0 of toy excepts nothing: remove it"]


@pytest.mark.parametrize("row", ["GHSA-0,toy, ,2026-08-01", "GHSA-0,toy,not used,", "GHSA-0,toy,not used,never"])
def test_an_exception_without_a_reason_or_an_end_is_refused(tmp_path: Path, row: str) -> None:
    file = tmp_path / "exceptions.csv"
    file.write_text(f"id,package,reason,until\n{row}\n")
    with pytest.raises(ValueError, match=r"no reason|isoformat"):
        audit.read_exceptions(file)
