"""CI brings what tests need from Debian where it can, and never fails where it cannot."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "debian"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root installs")


def run(tmp_path: Path, *, present: tuple[str, ...], apt: str | None) -> tuple[subprocess.CompletedProcess[str], str]:
    """The script where only these programs are; what apt-get was asked, a line a call."""
    programs, asked = tmp_path / "bin", tmp_path / "asked"
    postgres = tmp_path / "postgresql" / "17" / "bin" / "postgres"
    programs.mkdir()
    (programs / "timeout").symlink_to("/usr/bin/timeout")
    stubs = {name: "exit 0" for name in present if name != "postgres"}
    if apt:
        stubs["apt-get"] = f'echo "$@" >> {asked}; {apt}'
    for name, does in stubs.items():
        (programs / name).write_text(f"#!/bin/bash\n{does}\n")
        (programs / name).chmod(0o755)
    if "postgres" in present:
        postgres.parent.mkdir(parents=True)
        postgres.touch()
    told = {"PATH": str(programs), "POSTGRESQL_FOLDER": str(postgres.parents[2])}
    done = subprocess.run(["/bin/bash", SCRIPT], env=told, capture_output=True, text=True, timeout=60, check=False)
    return done, asked.read_text() if asked.exists() else ""


@as_root
@pytest.mark.parametrize(
    ("present", "wanted"),
    [((), "chromium postgresql caddy"), (("chromium",), "postgresql caddy"), (("postgres", "caddy"), "chromium")],
)
def test_only_what_is_missing_is_installed(tmp_path: Path, present: tuple[str, ...], wanted: str) -> None:
    done, asked = run(tmp_path, present=present, apt="exit 0")
    assert asked.splitlines() == ["update", f"install --yes --no-install-recommends {wanted}"]
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@as_root
def test_an_apt_that_fails_fails_nothing_and_is_told(tmp_path: Path) -> None:
    done, _ = run(tmp_path, present=(), apt="echo no network >&2; exit 100")
    assert (done.returncode, done.stderr) == (
        0,
        "not installed: chromium postgresql caddy; the tests that need them skip\n",
    )


def test_nothing_happens_where_all_is_there(tmp_path: Path) -> None:
    done, asked = run(tmp_path, present=("chromium", "postgres", "caddy"), apt="exit 100")
    assert (done.returncode, done.stderr, asked) == (0, "", "")


def test_nothing_happens_without_apt(tmp_path: Path) -> None:
    done, _ = run(tmp_path, present=(), apt=None)
    assert (done.returncode, done.stderr) == (0, "")
