"""Docker Compose itself reads docker-compose.yml as the other tests here do; it comes as a package, without engine."""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from tests.compose.given import DIGESTS, GIVEN, PASSWORDS, PROFILE_DIGESTS, PROFILE_SETTINGS, given
from tests.compose.services import ROOT, SERVICES
from tests.compose.test_compose import ALWAYS, BUILT

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
    assert found["tokenshare"]["environment"]["TOKENSHARE_RUNNER"] is None
    assert MISSING not in json.dumps(found)


@pytest.mark.threat("X03")
@pytest.mark.parametrize("name", GIVEN)
def test_what_must_be_given_is_asked_for(name: str) -> None:
    done = compose({other: value for other, value in GIVEN.items() if other != name}, "config")
    assert (done.returncode != 0, name in done.stderr) == (True, True)


def test_all_profiles_at_once_run_everything_and_tell_tokenshare() -> None:
    found = services(given(*PROFILE_SETTINGS))
    assert found.keys() == SERVICES.keys()
    told = {name: value for settings in PROFILE_SETTINGS.values() for name, value in settings.items()}
    assert found["tokenshare"]["environment"].items() >= told.items()
    ours = {service["image"] for service in found.values() if "@" not in service["image"]}
    assert ours == BUILT
    named = {service["image"].partition("@")[2] for service in found.values()} - {""}
    wanted = {*DIGESTS.values(), *(value for digests in PROFILE_DIGESTS.values() for value in digests.values())}
    built = {value for one in found.values() for value in (one.get("build") or {}).get("args", {}).values()}
    assert named | built == wanted
    for name in ("flink-jobmanager", "proxy"):
        assert all(value not in json.dumps(found[name]) for value in PASSWORDS.values())


def test_the_brokers_of_a_cluster_share_their_records_and_no_volume() -> None:
    found = services(given("cluster"))
    brokers = {name: service for name, service in found.items() if name.startswith("kafka")}
    nodes = {service["environment"]["KAFKA_NODE_ID"]: name for name, service in brokers.items()}
    voters = ",".join(f"{node}@{name}:9093" for node, name in sorted(nodes.items()))
    assert {service["environment"]["KAFKA_CONTROLLER_QUORUM_VOTERS"] for service in brokers.values()} == {voters}
    assert {volume["source"] for one in brokers.values() for volume in one["volumes"]} == {
        "kafka-1",
        "kafka-2",
        "kafka-3",
    }
    servers = found["tokenshare"]["environment"]["TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS"].split(",")
    assert servers == [f"{name}:19092" for name in brokers]
    (alone,) = services(GIVEN)["kafka"]["volumes"]
    assert alone["source"] == "kafka"  # a quorum of three must not begin with what one had


def test_the_profile_without_its_digests_or_its_line_says_what_to_do() -> None:
    found = services(GIVEN, "--profile", "scale")
    assert found["flink-taskmanager-2"]["image"].endswith(f"@{MISSING}")
    assert found["flink-job-server"]["image"].endswith(f"@{MISSING}")
    assert found["flink-jobmanager"]["container_name"].endswith("needs TOKENSHARE_RUNNER=flink in .env")
