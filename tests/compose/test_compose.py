"""docker-compose.yml opens nothing to the network, names what it runs, holds no secret, and says when it is well."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest

from flows.settings import Settings, name_of
from tests.compose.given import (
    DIGESTS,
    GIVEN,
    PASSWORDS,
    PROFILE_DIGESTS,
    PROFILE_SETTINGS,
    VARIABLE,
    given,
    interpolated,
)
from tests.compose.services import COMPOSE, PORTS, ROOT, SERVICES

TAG = re.compile(r"[a-z0-9._/-]+:[0-9]+\.[0-9]+\.[0-9]+[a-z0-9.-]*|[a-z]+:[0-9]+\.[0-9]+-[a-z]+")
OURS = "tokenshare:0.1.0"
BUILT = {OURS, "tokenshare-superset:0.1.0"}
PAGE = ROOT / "docs" / "howto" / "containers.md"
BASE = "python:3.11.14-slim-bookworm"
SUPERSET = "apache/superset:6.1.0"
SECRET = re.compile(r"PASSWORD|AUTH|KEY|SECRET|TOKEN(?!SHARE)|CONNECTION_URL|JAAS")
QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
KEYS = {
    *("image", "build", "command", "ports", "volumes", "environment", "depends_on", "healthcheck", "restart"),
    *("read_only", "tmpfs", "user", "cap_drop", "security_opt", "mem_limit", "pids_limit"),
    *("profiles", "container_name", "entrypoint", "networks", "network_mode", "logging", "configs"),
}
ALWAYS = {"kafka", "postgres", "prefect", "tokenshare", "gateway", "report", "proxy"}
# Files of a certificate and of quotes, folders and doors of this machine.
NEEDLESS = {
    *("TOKENSHARE_KAFKA_SSL_CAFILE", "TOKENSHARE_KAFKA_SSL_CERTFILE", "TOKENSHARE_KAFKA_SSL_KEYFILE"),
    *("TOKENSHARE_KAFKA_SSL_PASSWORD", "TOKENSHARE_GATEWAY_TOKENS", "TOKENSHARE_QUOTES"),
    *("TOKENSHARE_PUBLISHED_READERS", "TOKENSHARE_CACHE", "TOKENSHARE_KAFKA_PORT"),
}
PAIRS = {"flink-taskmanager": "flink-worker", "flink-taskmanager-2": "flink-worker-2"}
every_service = pytest.mark.parametrize("name", SERVICES)


def test_it_composes_what_a_set_up_needs() -> None:
    assert COMPOSE.keys() == {"name", "x-confined", "x-settings", "services", "networks", "configs", "volumes"}
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == ALWAYS
    assert {name: service["profiles"] for name, service in SERVICES.items() if name not in ALWAYS} == {
        **{name: ["scale"] for name in ("flink-jobmanager", "flink-job-server", *PAIRS, *PAIRS.values())},
        **{name: ["cluster"] for name in ("kafka-2", "kafka-3")},
        "superset": ["bi"],
    }


@every_service
@pytest.mark.threat("X18")
def test_a_service_is_pinned_restarted_and_says_when_it_is_well(name: str) -> None:
    service = SERVICES[name]
    assert service.keys() <= KEYS
    tag, _, digest = service["image"].partition("@")
    assert TAG.fullmatch(tag), tag
    profiles = service.get("profiles", [])
    named = {**DIGESTS, **{name: value for one in profiles for name, value in PROFILE_DIGESTS[one].items()}}
    assert service["image"] in BUILT or interpolated(digest, given(*profiles)) in named.values()
    assert service["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries", "start_period"} == service["healthcheck"].keys()
    assert isinstance(service["healthcheck"]["test"], str)  # a string is a line of the shell


@pytest.mark.threat("S11", "X18")
@every_service
def test_a_service_can_do_nothing_but_its_work(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] not in ("root", "0", 0)
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[0-9]+[mg]", service["mem_limit"])
    assert 0 < service["pids_limit"] <= 512
    assert all(
        path.startswith(("/tmp", "/opt/kafka/", "/var/run/", "/app/superset_home")) for path in service.get("tmpfs", [])
    )


@every_service
def test_a_python_takes_no_code_from_its_folder(name: str) -> None:
    lines = [SERVICES[name].get("command", ""), SERVICES[name]["healthcheck"]["test"]]
    assert not [line for line in lines if line.startswith("python ") and not line.startswith("python -I ")]


@every_service
@pytest.mark.threat("X03", "X20")
def test_a_service_is_reached_from_this_machine_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        found = re.fullmatch(r"127\.0\.0\.1:\d+:(\d+)", port)
        assert found
        assert int(found[1]) in PORTS[name]


@pytest.mark.threat("X20")
def test_people_and_programs_come_in_by_one_port_and_clients_of_kafka_and_postgresql_by_theirs() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "proxy": ["127.0.0.1:8000:8000"],
        "kafka": ["127.0.0.1:9092:9092"],
        "kafka-2": ["127.0.0.1:9192:9092"],
        "kafka-3": ["127.0.0.1:9292:9092"],
        "postgres": ["127.0.0.1:5432:5432"],
        "superset": ["127.0.0.1:8088:8088"],
    }


def test_the_proxy_has_nothing_to_lose() -> None:
    """It is what strangers would speak to: no volume, no secret, and a name for each service behind it."""
    proxy = SERVICES["proxy"]
    assert "volumes" not in proxy
    assert not [name for name in proxy["environment"] if SECRET.search(name)]
    told = (ROOT / COMPOSE["configs"]["proxy"]["file"]).read_text()
    assert re.findall(r"^\t*reverse_proxy (\S+)", told, re.MULTILINE) == ["gateway:4318", "prefect:4200", "report:8000"]


@every_service
@pytest.mark.threat("S9")
def test_no_secret_is_written_down(name: str) -> None:
    for variable, value in SERVICES[name]["environment"].items():
        if SECRET.search(variable) and value is not None:  # without a value it is passed on from .env
            assert VARIABLE.search(str(value)), f"{name}: {variable} is written down"
            assert not re.search(r":-[^}]", str(value)), f"{name}: {variable} has a default"


@every_service
def test_what_a_service_waits_for_and_keeps_exists(name: str) -> None:
    for other, wish in SERVICES[name].get("depends_on", {}).items():
        assert other in SERVICES
        assert wish["condition"] in ("service_healthy", "service_started")
        profiles = SERVICES[other].get("profiles")
        assert not profiles or profiles == SERVICES[name].get("profiles") or wish["required"] is False
    for told in (GIVEN, given(*PROFILE_SETTINGS)):
        named = {interpolated(volume, told).split(":")[0] for volume in SERVICES[name].get("volumes", [])}
        assert named - {"./curated", "./docs/bi/superset"} <= set(COMPOSE["volumes"])
    assert {config["source"] for config in SERVICES[name].get("configs", [])} <= set(COMPOSE["configs"])
    assert all((ROOT / config["file"]).is_file() for config in COMPOSE["configs"].values() if "file" in config)


@pytest.mark.threat("X03")
def test_passwords_and_digests_must_be_given() -> None:
    told = str(SERVICES)
    assert set(re.findall(r"\$\{(\w+):\?", told)) == set(GIVEN)
    assert all(value in interpolated(told, GIVEN) for value in GIVEN.values())
    for name in GIVEN:
        with pytest.raises(KeyError, match=name):
            interpolated(told, {other: value for other, value in GIVEN.items() if other != name})


def test_the_documented_passwords_are_all_that_must_be_given(tmp_path: Path) -> None:
    (lines,) = re.findall(r"^umask 077\n(?:echo .*\n)+", PAGE.read_text(), re.MULTILINE)
    subprocess.run(["bash", "-euc", lines], cwd=tmp_path, check=True)
    written = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert written.keys() == PASSWORDS.keys()
    assert all(re.fullmatch(r"(\w+:)?[0-9a-f]{48}", value) for value in written.values())
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


# Docker's client, which asks the registries: this one gives the digest of the image's name, or no answer.
ANSWERS = {'sha256:$(printf %s "$6" | sha256sum | cut -c1-64)': 0, "": 2}


@pytest.mark.parametrize(("answer", "code"), ANSWERS.items(), ids=["registries", "no registry"])
def test_the_documented_digests_are_those_that_must_be_given(tmp_path: Path, answer: str, code: int) -> None:
    assert "make --silent digests >> .env\n" in PAGE.read_text()
    docker = tmp_path / "docker"
    asked = '[[ "$1 $2 $3 $4" == "buildx imagetools inspect --format" ]]'
    docker.write_text(f"#!/bin/bash\n{asked} && {f'echo {answer}' if answer else 'exit 1'}\n")
    docker.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    words = ["make", "--silent", "digests"]
    done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    tags = {service["image"].split("@")[0] for service in SERVICES.values()} - BUILT | {BASE, SUPERSET}
    written = dict(line.split("=", 1) for line in done.stdout.splitlines())
    wanted_of_profiles = {name for digests in PROFILE_DIGESTS.values() for name in digests}
    assert written.keys() == ({*DIGESTS, *wanted_of_profiles} if answer else set())
    wanted = {f"sha256:{hashlib.sha256(tag.encode()).hexdigest()}" for tag in tags}
    assert set(written.values()) == (wanted if answer else set())


@pytest.mark.threat("X20")
@pytest.mark.parametrize("name", ["kafka", "kafka-2", "kafka-3"])
def test_kafka_asks_for_a_login_wherever_others_reach_it(name: str) -> None:
    told = SERVICES[name]["environment"]
    protocols = dict(one.split(":") for one in told["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    doors = dict(one.split("://") for one in told["KAFKA_LISTENERS"].split(","))
    assert {name for name, place in doors.items() if not place.startswith("localhost:")} == {
        name for name, protocol in protocols.items() if protocol == "SASL_PLAINTEXT"
    }


@pytest.mark.threat("X03", "X19")
def test_the_prefect_api_asks_who_calls_and_phones_nobody() -> None:
    told = SERVICES["prefect"]["environment"]
    assert told["PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED"] == "true"
    assert "TOKENSHARE_PREFECT_AUTH" in told["PREFECT_SERVER_API_AUTH_STRING"]
    assert told["PREFECT_SERVER_API_AUTH_STRING"] == SERVICES["tokenshare"]["environment"]["PREFECT_API_AUTH_STRING"]
    for name in ("prefect", "tokenshare"):
        assert SERVICES[name]["environment"].items() >= QUIET.items()


def test_prefect_knows_its_settings() -> None:
    """A misspelt variable is ignored without a word, and the API would stand open."""
    from prefect.settings import Settings as Prefect

    known: set[str] = set()
    for key, field in Prefect.model_fields.items():
        known |= _names(f"PREFECT_{key.upper()}", field.annotation)
    told = {variable for service in SERVICES.values() for variable in service["environment"]}
    assert {name for name in told if name.startswith("PREFECT_")} <= known


def _names(prefix: str, kind: object) -> set[str]:
    fields = getattr(kind, "model_fields", None)
    if not fields:
        return {prefix}
    return {name for key, field in fields.items() for name in _names(f"{prefix}_{key.upper()}", field.annotation)}


def test_tokenshare_is_told_only_what_it_knows() -> None:
    told = set(SERVICES["tokenshare"]["environment"])
    ours = {name for name in told if name.startswith("TOKENSHARE_")}
    assert ours <= {name_of(field) for field in Settings.model_fields}


def test_every_setting_is_passed_on_but_those_of_another_set_up() -> None:
    known = {name_of(name) for name, field in Settings.model_fields.items() if not field.json_schema_extra}
    left = known - set(SERVICES["tokenshare"]["environment"])
    assert left == NEEDLESS
    assert all(SERVICES[name]["logging"]["options"]["max-size"] for name in SERVICES)
