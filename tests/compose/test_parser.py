"""Docker Compose itself reads docker-compose.yml as the other tests here do; it comes as a package, and asks no engine."""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from tests.compose.services import DIGESTS, GIVEN, PASSWORDS, ROOT, SCALE, SCALE_DIGESTS, SERVICES
from tests.compose.test_compose import ALWAYS

PROGRAM = ROOT / ".venv" / "compose" / "compose" / "docker-compose"
pytestmark = pytest.mark.skipif(
    not PROGRAM.is_file(), reason="Docker Compose is not installed: make .venv/compose/.ready"
)
MISSING = "its digest is missing, run make --silent digests >> .env"


def compose(given: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [PROGRAM, "--env-file", os.devnull, *words]
    return subprocess.run(
        command, cwd=ROOT, env={"HOME": os.devnull, **given}, capture_output=True, text=True, check=False
    )


def services(given: Mapping[str, str], *words: str) -> dict[str, Any]:
    done = compose(given, *words, "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)["services"])


def test_without_the_profile_nothing_of_it_is_asked_for_or_runs() -> None:
    found = services(GIVEN)
    assert found.keys() == ALWAYS
    assert found["tokenshare"]["environment"]["TOKENSHARE_RUNNER"] == ""
    assert MISSING not in json.dumps(found)


@pytest.mark.threat("X03")
@pytest.mark.parametrize("name", GIVEN)
def test_what_must_be_given_is_asked_for(name: str) -> None:
    done = compose({other: value for other, value in GIVEN.items() if other != name}, "config")
    assert (done.returncode != 0, name in done.stderr) == (True, True)


def test_the_profile_runs_flink_and_tells_tokenshare() -> None:
    found = services(GIVEN | SCALE)
    assert found.keys() == SERVICES.keys()
    assert found["tokenshare"]["environment"]["TOKENSHARE_RUNNER"] == "flink"
    ours = {service["image"] for service in found.values() if "@" not in service["image"]}
    assert ours == {"tokenshare:0.1.0"}
    named = {service["image"].partition("@")[2] for service in found.values()} - {""}
    assert named == {*DIGESTS.values(), *SCALE_DIGESTS.values()} - {DIGESTS["TOKENSHARE_PYTHON_DIGEST"]}
    assert all(value not in json.dumps(found["flink-jobmanager"]) for value in PASSWORDS.values())


def test_the_profile_without_its_digests_or_its_line_says_what_to_do() -> None:
    found = services(GIVEN, "--profile", "scale")
    assert found["flink-taskmanager-2"]["image"].endswith(f"@{MISSING}")
    assert found["flink-job-server"]["image"].endswith(f"@{MISSING}")
    assert found["flink-jobmanager"]["container_name"].endswith("needs COMPOSE_PROFILES=scale in .env")
