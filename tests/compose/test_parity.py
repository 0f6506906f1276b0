"""The composition works: its services, started as processes with its environment, find each other."""

import base64
import gzip
import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import duckdb
import httpx
import pytest
import yaml

from connectors.gateway.receiver import Limits
from connectors.kafka import topics
from connectors.kafka.cluster import Cluster, probe
from flows.orchestration.schedule import deployments
from flows.settings import load
from flows.setup.cluster import cluster_of
from tests.compose.given import GIVEN
from tests.compose.services import PORTS, Local, local, postgres_folder
from tests.compose.test_compose import PAGE
from tests.docs.blocks import documented
from tests.gateway.payloads import payload
from tests.prefect.server import Server, until
from tests.report.browser import browse
from tests.scene import ROUTER_ALONE, small_rows, write_rankings
from tokenshare.errors import BrokerUnavailable

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]  # five services, on a machine that may be busy
PROGRAMS = postgres_folder()
LOGIN = GIVEN["TOKENSHARE_PREFECT_AUTH"]
COMPRESSED = {"Content-Encoding": "gzip"}
OF_THE_WAY = {"date", "server", "via", "connection"}


@dataclass(frozen=True)
class Asked:
    """The gateway, asked through the port of the composition and behind it."""

    door: str
    behind: str
    headers: dict[str, str]

    def same(self, method: str, path: str, **call: Any) -> httpx.Response:
        """The answer through the port, which is the one behind it but for names of the way."""
        headers = {**self.headers, **call.pop("headers", {})}
        told, plain = (
            httpx.request(method, f"{url}{path}", headers=headers, timeout=60, **call)
            for url in (self.door, self.behind)
        )
        kept = [{name: value for name, value in one.headers.items() if name not in OF_THE_WAY} for one in (told, plain)]
        assert (told.status_code, kept[0], told.content) == (plain.status_code, kept[1], plain.content)
        return told

    def begun(self, path: str, body: bytes) -> "closing[socket.socket]":
        """A call through the port that has sent half of its body."""
        host, _, port = self.door.removeprefix("http://").partition(":")
        head = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
        lines = [*head, *(f"{name}: {value}" for name, value in self.headers.items()), "", ""]
        made = socket.create_connection((host, int(port)), 10)
        made.sendall("\r\n".join(lines).encode() + body[: len(body) // 2])
        return closing(made)


@pytest.fixture(scope="module")
def place() -> Iterator[Local]:
    with local(GIVEN | ROUTER_ALONE | {"TOKENSHARE_METRICS_PORT": "9464"}) as made:
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
    started = Server(f"http://127.0.0.1:{place.ports['prefect', 4200]}/api", place.root, process, LOGIN)
    started.wait()
    return started


@pytest.fixture(scope="module")
def door(place: Local) -> str:
    """The address of the one port."""
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("Caddy is not installed (Debian: apt-get install caddy)")
    process, port = place.proxy(Path(program)), place.ports["proxy", 8000]
    place.until(lambda: socket.create_connection(("127.0.0.1", port), 4), process).close()
    return f"http://127.0.0.1:{port}"


def test_kafka_answers_at_both_of_its_doors_and_makes_no_topic_by_mistake(place: Local, kafka: str) -> None:
    outside = replace(inside(place), bootstrap_servers=f"127.0.0.1:{place.ports['kafka', 9092]}", partitions=1)
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
    refused = replace(inside(place, **login), bootstrap_servers=f"127.0.0.1:{place.ports['kafka', door]}")
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
    health = f"http://127.0.0.1:{place.ports['tokenshare', 8080]}/health"
    assert place.until(lambda: urlopen(health, timeout=5).status == 200, process)
    scraped = httpx.get(f"http://127.0.0.1:{place.ports['tokenshare', 9464]}/metrics", timeout=30).text
    assert "tokenshare_home_up" in scraped
    process.terminate()  # as a container is stopped: its schedules must go on when it is started again
    process.wait(timeout=60)
    assert {found["paused"] for found in server.ask("deployments/filter", {})} == {False}


def test_before_the_first_pass_there_is_no_page_and_the_services_are_well(place: Local, door: str) -> None:
    process = place.own("report")
    behind = ("127.0.0.1", place.ports["report", 8000])
    place.until(lambda: socket.create_connection(behind, 4), process).close()
    assert httpx.get(f"{door}/index.html").status_code == HTTPStatus.NOT_FOUND
    assert httpx.get(f"{door}/healthz").status_code == HTTPStatus.BAD_GATEWAY  # the gateway has not started yet


@pytest.fixture(scope="module")
def refreshed(place: Local, server: Server, kafka: str) -> None:
    """A pass by `docker compose exec`."""
    world = write_rankings(place.root / "world", small_rows(date(2026, 6, 1), 30))
    command = f"tokenshare refresh --world {world} --as-of 2026-07-01T06:00:00Z --json"
    done = place.own("tokenshare", *command.split())
    assert done.wait(300) in (0, 10), place.log("tokenshare")


def test_a_refresh_goes_through_all_of_them(place: Local, server: Server, refreshed: None, door: str) -> None:
    """Kafka, the file, the mirror in PostgreSQL, Prefect's list and the page have it."""
    with duckdb.connect(place.root / "home/published/tokenshare.duckdb", read_only=True) as published:
        (weeks,) = published.sql("SELECT count(*), sum(tokens)::BIGINT FROM metrics.router_tokens_weekly").fetchall()
    assert weeks[0]
    assert PROGRAMS
    mirrored = place.sql(PROGRAMS, "tokenshare", "SELECT count(*), sum(tokens) FROM metrics.router_tokens_weekly")
    assert mirrored == f"{weeks[0]}|{weeks[1]}"
    assert "2026-07-01" in server.ask("flow_runs/filter", {})[0]["name"]
    assert "<title>" in httpx.get(door).text


def assert_shown(door: str, pages: dict[str, str], profile: Path) -> None:
    """Each page has its word in a browser; the login that Prefect's interface keeps is out of reach of all others."""
    with browse(profile) as tab:
        for path, shown in pages.items():
            tab.open(f"{door}{path}")
            text = until(partial(tab.value, "document.body.innerText"), lambda text, shown=shown: shown in text)
            site = tab.value("(() => { try { return localStorage.length } catch (error) { return error.name } })()")
            assert (path, shown in text, site == "SecurityError") == (path, True, path != "/prefect/")


def test_the_one_port_has_the_page_and_prefect(server: Server, refreshed: None, door: str, tmp_path: Path) -> None:
    through = replace(server, url=f"{door}/prefect/api")
    assert through.ask("flow_runs/filter", {})
    with pytest.raises(HTTPError, match="401"):
        replace(through, login="").ask("admin/version")
    assert_shown(door, {"/": "tokenshare", "/prefect/": "Login"}, tmp_path)


@pytest.mark.long
def test_the_one_port_has_the_docs_beside_the_page(place: Local, refreshed: None, door: str, tmp_path: Path) -> None:
    done = place.own("tokenshare", "tokenshare", "docs")
    assert done.wait(300) == 0, place.log("tokenshare")
    assert_shown(door, {"/models.html": "tokenshare", "/checks/": "vendor_share_weekly"}, tmp_path)


@pytest.fixture(scope="module")
def gateway(place: Local, kafka: str, door: str) -> Iterator[Asked]:
    process = place.own("gateway")
    behind = f"http://127.0.0.1:{place.ports['gateway', 4318]}"
    place.until(lambda: urlopen(f"{behind}/healthz", timeout=5).status == 200, process)
    token = (place.root / "home" / "gateway-tokens").read_text().strip()
    yield Asked(door, behind, {"Authorization": f"Bearer {token}"})
    process.terminate()


REQUESTS = json.dumps([payload("one"), payload("two", prompt=-1)]).encode()
CALLS: dict[str, tuple[HTTPStatus, str, dict[str, Any]]] = {
    "no token": (HTTPStatus.UNAUTHORIZED, "/v1/litellm", {"headers": {"Authorization": ""}}),
    "another token": (HTTPStatus.UNAUTHORIZED, "/v1/litellm", {"headers": {"Authorization": "Bearer of-nothing-here"}}),
    "two requests": (HTTPStatus.OK, "/v1/litellm", {"content": REQUESTS}),
    "compressed": (HTTPStatus.OK, "/v1/litellm", {"content": gzip.compress(REQUESTS), "headers": COMPRESSED}),
    "not compressed": (HTTPStatus.BAD_REQUEST, "/v1/litellm", {"content": REQUESTS, "headers": COMPRESSED}),
    "too large": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "/v1/litellm", {"content": b" " * (20 << 20)}),
    "traces": (HTTPStatus.OK, "/v1/traces", {"content": b"{}", "headers": {"Content-Type": "application/json"}}),
    "no such": (HTTPStatus.NOT_FOUND, "/v1/others", {"content": b"{}"}),
}


@pytest.mark.threat("X03")
@pytest.mark.parametrize(("status", "path", "call"), CALLS.values(), ids=CALLS)
def test_a_call_is_answered_through_the_port_as_behind_it(
    gateway: Asked, status: HTTPStatus, path: str, call: dict[str, Any]
) -> None:
    assert gateway.same("POST", path, **call).status_code == status


def test_bodies_reach_the_gateway_as_they_come_and_its_limit_counts_them(gateway: Asked) -> None:
    """Calls that have sent a part of their body are served already: one more is refused, and comes again later."""
    with ExitStack() as stack:
        for _ in range(Limits.calls):
            stack.enter_context(gateway.begun("/v1/litellm", REQUESTS))
        refused = until(
            lambda: gateway.same("POST", "/v1/litellm", content=REQUESTS), lambda found: not found.is_success
        )
    assert (refused.status_code, refused.headers["Retry-After"]) == (HTTPStatus.TOO_MANY_REQUESTS, "5")


def test_prometheus_is_told_of_services_that_serve_metrics() -> None:
    """The documented targets, as another container of the network names them."""
    (told,) = [one for one in map(yaml.safe_load, documented("yaml", [PAGE])) if "scrape_configs" in one]
    (targets,) = [config["targets"] for job in told["scrape_configs"] for config in job["static_configs"]]
    assert [int(port) in PORTS[name] for name, _, port in (target.partition(":") for target in targets)] == [True, True]


def test_prometheus_reads_series_of_the_gateway_and_of_the_home(gateway: Asked) -> None:
    text = httpx.get(f"{gateway.door}/metrics", timeout=30).text
    assert "tokenshare_gateway_calls_total" in text
    assert 'tokenshare_metric_state{metric="router_tokens_weekly"' in text


def test_without_kafka_the_gateway_says_when_to_come_again(place: Local, gateway: Asked) -> None:
    place.end("kafka")  # the last test here: nothing else works without it
    refused = httpx.post(f"{gateway.door}/v1/litellm", headers=gateway.headers, content=REQUESTS, timeout=60)
    assert (refused.status_code, refused.headers["Retry-After"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "5")
    assert "not delivered" in refused.json()["error"]


def _basic() -> str:
    return f"Basic {base64.b64encode(LOGIN.encode()).decode()}"
