"""The composition works: its services, started as processes with its environment, find each other."""

import base64
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster, probe
from flows.orchestration.schedule import deployments
from flows.settings import load
from flows.setup.cluster import cluster_of
from tests.compose.services import GIVEN, Local, local, postgres_folder
from tests.prefect.server import Server
from tokenshare.errors import BrokerUnavailable

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]  # five services, on a machine that may be busy
PROGRAMS = postgres_folder()
LOGIN = GIVEN["TOKENSHARE_PREFECT_AUTH"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with local(tmp_path_factory.mktemp("composed")) as made:
        yield made


@pytest.fixture(scope="module")
def kafka(place: Local) -> str:
    process = place.kafka()

    def answers() -> bool:
        try:
            probe(inside(place), 2)
        except BrokerUnavailable:
            return False
        return True

    place.until(answers, process)
    return inside(place).bootstrap_servers


def inside(place: Local, **other: str) -> Cluster:
    """Kafka at the door for containers, with the login that the service tokenshare has."""
    settings = load(place.environment("tokenshare") | other)
    return cluster_of(settings, settings.kafka_bootstrap_servers or "")


@pytest.fixture(scope="module")
def server(place: Local) -> Server:
    if PROGRAMS is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    place.postgres(PROGRAMS)
    process = place.own("prefect")
    started = Server(f"http://127.0.0.1:{place.ports[4200]}/api", place.root, process, LOGIN)
    started.wait()
    return started


def test_kafka_answers_at_both_of_its_doors_and_makes_no_topic_by_mistake(place: Local, kafka: str) -> None:
    outside = replace(inside(place), bootstrap_servers=f"127.0.0.1:{place.ports[9092]}", partitions=1)
    topics.create(outside, ["usage.observed.v1"])
    names = ["usage.observed.v1"]
    assert topics.identities(inside(place), names) == topics.identities(outside, names)
    with pytest.raises(BrokerUnavailable):
        topics.require(outside, ["usage.obsreved.v1"])


@pytest.mark.parametrize("door", [9092, 19092], ids=["of this machine", "of containers"])
@pytest.mark.parametrize(
    "login",
    [
        {"TOKENSHARE_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"},
        {"TOKENSHARE_KAFKA_SASL_PASSWORD": "another"},
        {"TOKENSHARE_KAFKA_SASL_USERNAME": "somebody"},
    ],
    ids=["none", "a wrong password", "a wrong name"],
)
def test_kafka_asks_at_each_door_for_a_login(place: Local, kafka: str, login: dict[str, str], door: int) -> None:
    refused = replace(inside(place, **login), bootstrap_servers=f"127.0.0.1:{place.ports[door]}")
    with pytest.raises(BrokerUnavailable, match="does not let us in"):
        probe(refused, 5)


def test_prefect_asks_who_calls(server: Server) -> None:
    with pytest.raises(HTTPError, match="401"):
        Server(server.url, server.home, server.process).ask("admin/version")
    told = {"Content-Type": "application/json", "Authorization": _basic()}
    with pytest.raises(HTTPError, match="403"):  # a page of another site that rides on a login has no token
        urlopen(Request(f"{server.url}/flows/", json.dumps({"name": "x"}).encode(), told), timeout=10)


def test_tokenshare_serves_its_deployments_and_prefect_keeps_them(place: Local, server: Server, kafka: str) -> None:
    process = place.own("tokenshare")
    wanted = {planned.name for planned in deployments()}
    place.until(lambda: wanted <= {found["name"] for found in server.ask("deployments/filter", {})}, process)
    assert PROGRAMS
    kept = place.sql(PROGRAMS, "prefect", "SELECT name FROM deployment")
    assert set(kept.splitlines()) == wanted
    health = f"http://127.0.0.1:{place.ports[8080]}/health"
    assert place.until(lambda: urlopen(health, timeout=5).status == 200, process)
    process.terminate()  # as a container is stopped: its schedules must go on when it is started again
    process.wait(timeout=60)
    assert {found["paused"] for found in server.ask("deployments/filter", {})} == {False}


def test_the_mirror_has_a_database_of_its_own_and_the_gateway_its_door(
    place: Local, server: Server, kafka: str
) -> None:
    assert PROGRAMS
    assert place.sql(PROGRAMS, "tokenshare", "SELECT current_database()") == "tokenshare"
    dsn = place.environment("tokenshare")["TOKENSHARE_MIRROR_DSN"]
    assert dsn.endswith(f"@127.0.0.1:{place.ports[5432]}/tokenshare")
    process = place.own("gateway")
    health = f"http://127.0.0.1:{place.ports[4318]}/healthz"
    assert place.until(lambda: urlopen(health, timeout=5).status == 200, process)


def test_the_report_is_served(place: Local) -> None:
    process = place.own("report")
    address = f"http://127.0.0.1:{place.ports[8000]}/index.html"
    place.until(lambda: socket.create_connection(("127.0.0.1", place.ports[8000]), 4), process).close()
    with pytest.raises(HTTPError, match="404"):  # before the first pass there is none, and the service is well
        urlopen(address, timeout=5)
    folder = place.root / "home" / "report"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<title>tokenshare</title>")
    assert urlopen(address, timeout=5).read() == b"<title>tokenshare</title>"


def _basic() -> str:
    return f"Basic {base64.b64encode(LOGIN.encode()).decode()}"
