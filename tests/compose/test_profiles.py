"""Each profile of docker-compose.yml is asked for by lines that say all, and is confined like the rest."""

import re

import pytest

from tests.compose.given import GIVEN, PROFILE_PASSWORDS, PROFILE_SETTINGS, given, interpolated
from tests.compose.services import COMPOSE, ROOT, SERVICES
from tests.compose.test_compose import ALWAYS, PAGE, PAIRS, SUPERSET


@pytest.mark.threat("X18")
@pytest.mark.parametrize("name", ["flink-jobmanager", "flink-job-server", "flink-taskmanager"])
def test_only_who_asks_for_flink_is_asked_for_its_digests(name: str) -> None:
    """Without one, the image has a name that no registry can have, and that says what to do."""
    _, _, missing = interpolated(SERVICES[name]["image"], GIVEN).partition("@")
    assert missing == "its digest is missing, run make --silent digests >> .env"


@pytest.mark.parametrize("profile", PROFILE_SETTINGS)
def test_a_profile_is_asked_for_with_the_settings_that_go_with_it(profile: str) -> None:
    """A profile by itself ends at a name that no container may have, and that says what to do."""
    named = [
        one["container_name"] for one in SERVICES.values() if "container_name" in one and profile in one["profiles"]
    ]
    for setting, value in PROFILE_SETTINGS[profile].items():
        (name,) = [one for one in named if setting in one]
        assert interpolated(name, GIVEN).endswith(f"-needs {setting}={value} in .env")
        assert re.fullmatch("[a-z0-9-]+", interpolated(name, given(profile)))


@pytest.mark.threat("X20")
def test_flink_is_reached_by_who_lands_and_by_nobody_else() -> None:
    """A job carries the login of Kafka, and Flink runs the job of whoever reaches it."""
    assert COMPOSE["networks"] == {"flink": {"internal": True}}
    inside = {name for name, service in SERVICES.items() if "flink" in service.get("networks", [])}
    assert inside == {
        "kafka",
        "kafka-2",
        "kafka-3",
        "tokenshare",
        "flink-jobmanager",
        "flink-job-server",
        *PAIRS.values(),
    }
    for name in inside - ALWAYS - {"kafka-2", "kafka-3"}:
        assert "ports" not in SERVICES[name]
        assert name in PAIRS or SERVICES[name]["networks"] == ["flink"]
    assert {name: SERVICES[name]["network_mode"] for name in PAIRS} == {
        name: f"service:{worker}" for name, worker in PAIRS.items()
    }


@pytest.mark.threat("X18")
def test_superset_is_that_of_the_journeys_and_has_a_driver_by_hash() -> None:
    lines = (ROOT / "compose" / "superset.Dockerfile").read_text().splitlines()
    assert f"FROM {SUPERSET}@${{TOKENSHARE_SUPERSET_DIGEST}}" in lines
    assert lines[-1] == "USER superset"
    assert any("--require-hashes" in line for line in lines)
    told, lock = (ROOT / path for path in ("compose/superset.txt", "tests/journeys/superset.lock"))
    assert told.read_text() in lock.read_text()
    assert f"\napache-superset=={SUPERSET.partition(':')[2]} " in lock.read_text()
    missing = interpolated(SERVICES["superset"]["build"]["args"]["TOKENSHARE_SUPERSET_DIGEST"], GIVEN)
    assert missing == "its digest is missing, run make --silent digests >> .env"


def test_flink_and_beam_are_those_of_the_locks() -> None:
    (flink,) = re.findall(
        r"^apache-flink-libraries==(\S+)", (ROOT / "tests/flink/flink.lock").read_text(), re.MULTILINE
    )
    (beam,) = re.findall(r"^apache-beam==(\S+)", (ROOT / "requirements.run.lock").read_text(), re.MULTILINE)
    assert SERVICES["flink-jobmanager"]["image"].startswith(f"flink:{flink}-java17@")
    minor = flink.rpartition(".")[0]
    assert SERVICES["flink-job-server"]["image"].startswith(f"apache/beam_flink{minor}_job_server:{beam}@")


def test_flink_has_a_slot_for_each_range_of_tokenshare() -> None:
    wanted = SERVICES["tokenshare"]["environment"]["TOKENSHARE_FLINK_PARALLELISM"]
    slots = [re.findall(r"numberOfTaskSlots=(\d+)", SERVICES[name]["command"]) for name in PAIRS]
    assert sum(int(found) for (found,) in slots) == wanted


def test_the_documented_lines_of_a_profile_are_all_that_go_with_it() -> None:
    found = {}
    for page in (PAGE, ROOT / "docs" / "scaling.md"):
        for block in re.findall(r'^((?:echo "\w+=.*" >> .env\n)+)', page.read_text(), re.MULTILINE):
            lines = dict(re.findall(r'echo "(\w+)=(.*)" >>', block))
            if profile := lines.pop("COMPOSE_PROFILES", ""):
                found[profile] = lines
    assert found.keys() == PROFILE_SETTINGS.keys()
    for profile, lines in found.items():
        assert lines.keys() == PROFILE_SETTINGS[profile].keys() | PROFILE_PASSWORDS.get(profile, {}).keys()
        assert lines.items() >= PROFILE_SETTINGS[profile].items()
