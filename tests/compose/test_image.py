"""The image: its base by digest, what runs and no more, and a file system on which nothing can be written."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.compose import confined
from tests.compose.services import ROOT
from tests.compose.test_compose import BASE
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings

LINES = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
BLOCK = re.compile(r"^(?P<pin>(?P<name>[a-z0-9.-]+)==\S+(?: ; [^\\]+)?) \\\n(?P<rest>(?: +.*\n)*)", re.MULTILINE)
USER = re.compile(r"#(?: via)? +(?!via$)(\S.*)$", re.MULTILINE)
VENV = "/opt/venv"


def pins(file: str) -> dict[str, set[str]]:
    """The hashes of each pin, its marker included."""
    found = BLOCK.finditer((ROOT / file).read_text())
    return {block["pin"].strip(): set(re.findall(r"sha256:[0-9a-f]{64}", block["rest"])) for block in found}


def names(file: str) -> set[str]:
    return {pin.split("==")[0] for pin in pins(file)}


def needed_by() -> dict[str, set[str]]:
    """The packages of the whole lock, each with what needs it."""
    blocks = BLOCK.finditer((ROOT / "requirements.lock").read_text())
    return {block["name"]: set(USER.findall(block["rest"])) for block in blocks}


@pytest.mark.threat("X18")
def test_what_runs_is_a_part_of_what_is_locked() -> None:
    whole, part = pins("requirements.lock"), pins("requirements.run.lock")
    assert part.items() <= whole.items()
    assert all(part.values())
    assert len(part) == len(re.findall("^[a-z]", (ROOT / "requirements.run.lock").read_text(), re.MULTILINE))


@pytest.mark.threat("X18")
def test_no_tool_of_developers_runs() -> None:
    """What the project or its build needs, what that needs in turn, and nothing else."""
    running = {"tokenshare (pyproject.toml)", "tokenshare (pyproject.toml:build)"}
    while more := {name for name, users in needed_by().items() if users & running} - running:
        running |= more
    assert names("requirements.run.lock") == {name for name in running if " " not in name}
    assert not {"pytest", "mypy", "ruff", "sqlfluff", "hypothesis", "uv"} & running


@pytest.mark.threat("X18")
def test_the_base_is_named_by_digest_and_nobody_could_change_the_code() -> None:
    stages = [line.split()[1] for line in LINES if line.startswith("FROM")]
    assert stages == [f"{BASE}@${{TOKENSHARE_PYTHON_DIGEST}}", "base", "base"]
    assert "ARG TOKENSHARE_PYTHON_DIGEST" in LINES  # without a default
    assert LINES.index("USER tokenshare") > max(n for n, line in enumerate(LINES) if line.startswith(("RUN", "COPY")))
    assert {".env", ".git", ".venv", ".tokenshare"} <= set((ROOT / ".dockerignore").read_text().split())


@pytest.mark.threat("X18")
def test_what_builds_leaves_the_image() -> None:
    (line,) = [line for line in LINES if "uninstall" in line]
    gone = set(line.split("--yes ")[1].split())
    users, builds = needed_by(), {"tokenshare (pyproject.toml:build)"}
    builders = {name for name, by in users.items() if by <= builds}
    assert gone == builders | {name for name, by in users.items() if by <= builders}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may read, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="tokenshare-image-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def image(folder: Path) -> Path:
    """A checkout and an environment, made by the lines of the Dockerfile; uv's cache stands in for the registry."""
    checkout, venv = folder / "checkout", folder / "venv"
    ignored = shutil.ignore_patterns(*(ROOT / ".dockerignore").read_text().replace("**/", "").split())
    shutil.copytree(ROOT, checkout, ignore=ignored)
    (first, second) = [line.removeprefix("RUN ") for line in LINES if line.startswith("RUN") and "pip" in line]
    make, install = first.split(" && ")
    assert shlex.split(install) == [
        *("pip", "--python", VENV, "install", "--require-hashes", "--requirement", "requirements.run.lock")
    ]
    uv = f"{sys.executable} -m uv --quiet pip sync --require-hashes --python {venv}/bin/python requirements.run.lock"
    base = Path(sys.base_prefix, "bin")
    lines = " && ".join((make, uv, second)).replace(VENV, str(venv)).replace("pip --python", "python -m pip --python")
    environ = {**os.environ, "PATH": f"{base}:{os.environ['PATH']}", "UV_PYTHON_DOWNLOADS": "never"}
    subprocess.run(["bash", "-euc", lines], cwd=checkout, env=environ, check=True, capture_output=True)
    assert not (venv / "bin" / "pytest").exists()
    assert not (venv / "bin" / "hatchling").exists()
    return venv


@pytest.mark.threat("X18")
@pytest.mark.long
@pytest.mark.skipif(not confined.is_possible(), reason="only root can mount, and become another user")
def test_a_pass_runs_on_a_read_only_file_system_as_nobody(image: Path, broker: str) -> None:
    folder = image.parent
    scene = Scene(folder / "home", broker, ROUTER_ALONE)
    memory = folder / "memory"
    world = write_rankings(folder / "world", small_rows(date(2026, 6, 1), 30))
    environ = {**scene.variables, "HOME": str(memory), "TMPDIR": str(memory),
               "PATH": f"{image}/bin:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    a_pass = f"tokenshare refresh --world {world} --as-of 2026-07-01T06:00:00Z --json"
    lines = f"touch {folder}/checkout/x 2> /dev/null && exit 99; {a_pass}"
    words = confined.words([scene.root, memory], ["bash", "-c", lines])
    try:
        done = subprocess.run(words, env=environ, cwd=folder / "checkout", capture_output=True, text=True, check=False)
    finally:
        topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))
    assert done.returncode in (0, 10), done.stderr
    assert scene.metric("router_tokens_weekly")
