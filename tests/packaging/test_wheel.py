"""A wheel has all that a pass reads and nothing else; an installation publishes, and stays as it is."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from flows.settings import RUNBOOKS
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings

ROOT = Path(__file__).parents[2]
PACKAGES = ("tokenshare", "connectors", "expectations", "flows", "demo")
BESIDE = ("dbt", "docs")  # in a checkout beside the packages, in a wheel inside one
UV = (sys.executable, "-m", "uv", "--quiet", "--offline")
DEVELOPERS = re.compile(r"flows/generate\.py|dbt/\.sqlfluff\w*|docs/(?:images|site)/.*")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ["build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(folder)]
    subprocess.run([*UV, *words], cwd=ROOT, check=True)
    (found,) = folder.glob("*.whl")
    return found


def test_a_wheel_has_what_a_checkout_has_and_nothing_else(wheel: Path) -> None:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *PACKAGES, *BESIDE]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    wanted = {name for name in names if (ROOT / name).is_file() and not DEVELOPERS.fullmatch(name)}
    with zipfile.ZipFile(wheel) as archive:
        found = {name.removeprefix("tokenshare/project/"): name for name in archive.namelist()}
        bodies = {name: archive.read(path) for name, path in found.items() if ".dist-info/" not in path}
    assert bodies == {name: (ROOT / name).read_bytes() for name in wanted}
    assert {name for name, path in found.items() if name != path} == {n for n in wanted if n.startswith(BESIDE)}


def test_a_cap_that_prefect_needs_travels_with_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA")]
    assert "\nRequires-Dist: fastapi<0.150\n" in metadata


def test_an_extra_goes_with_what_is_locked() -> None:
    lock = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = [Requirement(line) for lines in extras.values() for line in lines]
    assert [str(one) for one in wanted if lock[one.name] not in one.specifier] == []


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and the locked packages, and nothing of the checkout."""
    venv = tmp_path_factory.mktemp("installation") / "venv"
    subprocess.run([*UV, "venv", "--python", sys.executable, str(venv)], check=True)
    python = venv / "bin" / "python"
    subprocess.run([*UV, "pip", "install", "--no-deps", "--python", str(python), str(wheel)], check=True)
    (packages,) = venv.glob("lib/*/site-packages")
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib"))  # which follows no .pth of its own
    return venv


def test_doctor_says_where_an_installation_keeps_what_a_pass_reads(installation: Path, tmp_path: Path) -> None:
    code, said = _run(installation, {"TOKENSHARE_HOME": str(tmp_path / "home")}, tmp_path, "doctor")
    findings = {found["name"]: found for found in said["findings"]}
    folder = Path(findings["project"]["said"].rpartition(" in ")[2])
    assert (code, folder.is_relative_to(installation)) == (0, True), said
    assert (folder / RUNBOOKS / "build.md").is_file()


def test_doctor_names_what_an_installation_lacks(installation: Path, tmp_path: Path) -> None:
    lacking = shutil.copytree(installation, tmp_path / "venv", symlinks=True)
    (project,) = lacking.glob("lib/*/site-packages/tokenshare/project")
    shutil.rmtree(project / "dbt" / "seeds")
    code, said = _run(lacking, {"TOKENSHARE_HOME": str(tmp_path / "home")}, tmp_path, "doctor")
    (found,) = [found for found in said["findings"] if not found["is_well"]]
    assert (code, found["name"], found["said"].endswith(": seeds")) == (2, "project", True), found
    assert "install tokenshare again" in found["fix"]


@pytest.mark.long
def test_an_installation_publishes_and_stays_as_it_is(installation: Path, broker: str, tmp_path: Path) -> None:
    world = write_rankings(tmp_path / "world", small_rows(date(2026, 5, 4), 28))
    scene = Scene(tmp_path / "home", broker, {**ROUTER_ALONE, "TOKENSHARE_CACHE": str(tmp_path / "cache")})
    before = _written(installation)
    words = ("refresh", "--world", str(world), "--as-of", "2026-06-01T12:00:00Z")
    code, said = _run(installation, scene.variables, tmp_path, *words)
    assert (code, said["status"]) == (0, "ok"), said
    assert len(scene.metric("router_tokens_weekly")) == 4
    assert _written(installation) == before


def _run(installation: Path, variables: dict[str, str], folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Runs a command of the installation in a folder; its exit code and its document."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TOKENSHARE_"))}
    environ = {**inherited, **variables, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*(str(installation / "bin" / name) for name in ("python", "tokenshare")), *words, "--json"]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def _written(folder: Path) -> dict[str, tuple[int, int]]:
    """The moment and size of everything in a folder."""
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in folder.rglob("*")}
