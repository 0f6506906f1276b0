"""A canary in every secret setting, upstreams that repeat each call in their errors, and everything that is left."""

import json
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.settings import Settings, name_of
from flows.setup.redaction import holds_secret
from tests.cli.command import environment, run
from tests.receiver import Receiver, listening

pytestmark = pytest.mark.slow

SECRETS = [name_of(field) for field, found in Settings.model_fields.items() if holds_secret(found.annotation)]
ADDRESSES = [name_of(field) for field in Settings.model_fields if field.endswith("_url")]
WORD = "canary-"
TRACES = (WORD.encode(), *(b64encode(b"x" * offset + b"canary-canary").strip(b"=")[4:12] for offset in range(3)))
LOOKS = ("status", "doctor", "logs", "alerts list", "gates", "metrics", "restatements", "dlq list", "report")
Record = Callable[[str, Any], None]


class Echo(BaseHTTPRequestHandler):
    """Refuses every call in its own words: the address and the login, raw, quoted and in base64."""

    def do_GET(self) -> None:
        said = f"{self.path} {self.headers.get('Authorization', '')}"
        forms = (said, quote(said, safe=""), b64encode(said.encode()).decode())
        body = json.dumps({"error": {"message": " ".join(forms)}}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def canaries(receiver: Receiver) -> dict[str, str]:
    """A value for every secret setting: awkward keys, and addresses that are secrets."""
    keys = {name: f"canary-canary+{number}/=={name.lower()}" for number, name in enumerate(SECRETS)}
    return keys | {
        "TOKENSHARE_ALERT_WEBHOOK_URL": f"{receiver.url}/canary-canary-hook?key=canary-canary-query",
        "TOKENSHARE_ALERT_CHANNELS": f"push=gotify://127.0.0.1:{receiver.port}/canary-canary-push",
        "TOKENSHARE_HEARTBEAT_URL": f"{receiver.url}/canary-canary-beat",
        "TOKENSHARE_MIRROR_DSN": "postgresql://me:canary-canary%2Fmirror@127.0.0.1:1/numbers",
    }


def traces(text: bytes) -> list[bytes]:
    return [trace for trace in TRACES if trace in text]


@pytest.mark.threat("S9", "X02", "X12")
@pytest.mark.timeout(600)
def test_no_secret_is_in_what_is_written_printed_or_sent(
    broker: str, tmp_path: Path, echo: str, receiver: Receiver, record_property: Record
) -> None:
    """A canary in every secret setting; upstreams that repeat each call, raw, quoted and in base64."""
    secret = canaries(receiver)
    assert secret.keys() == set(SECRETS)
    prefix = f"canaries-{uuid.uuid4().hex[:10]}."
    upstreams = {name: echo for name in ADDRESSES if name not in secret and "PREFECT" not in name}
    own = {"TOKENSHARE_KAFKA_TOPIC_PREFIX": prefix, "TOKENSHARE_HTTP_ATTEMPTS": "1"}
    environ = environment(tmp_path / "home", broker, **upstreams, **secret, **own)
    try:
        said = [run(environ, "refresh", "--json"), *(run(environ, *look.split()) for look in LOOKS)]
    finally:
        topics.delete_prefixed(Cluster(broker, topic_prefix=prefix))
    reasons = [source["reason"] for source in said[0].document["sources"]]
    assert [one.words for one in said if traces((one.out + one.err).encode())] == []
    assert sum("***" in reason for reason in reasons) >= 2, reasons
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [path for path in files if traces(path.read_bytes())] == []
    sent = [request.body for request in receiver.requests]
    assert sent
    assert [body for body in sent if traces(body)] == []
    record_property(
        "observed",
        f"{len(SECRETS)} secrets in none of {len(said)} commands, {len(files)} files and {len(sent)} messages",
    )
