"""What no contract allows leaves to the dead letter with its origin and a reason; good rows beside it land."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.kafka import producer, ranges
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message
from connectors.storage import warehouse
from flows.refresh import Report
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tokenshare.codec import encode
from tokenshare.errors import ExitCode
from tokenshare.events import UsageObserved
from tokenshare.metrics import METRICS
from tokenshare.offsets import Range, Record
from tokenshare.topics import USAGE_OBSERVED

pytestmark = pytest.mark.timeout(900)
ROUTER = [metric.id for metric in METRICS if metric.group == "router"]
AT = datetime(2026, 6, 15, 5, tzinfo=UTC)
GOOD = encode(
    UsageObserved.identified(
        source_id="openrouter_rankings", observed_at=AT, fetch_id="f" * 32, usage_date=date(2026, 6, 14),
        model_permaslug="foreign/good", tokens=10**15, as_of=AT,
    )
)  # fmt: skip


def altered(**content: Any) -> bytes:
    return json.dumps(json.loads(GOOD) | content).encode()


def replaced(old: bytes, new: bytes) -> bytes:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


TOKENS = b'"tokens":1000000000000000'
# name: (the record's value, what its dead letter says)
BAD: dict[str, tuple[bytes | None, str]] = {
    "malformed": (GOOD[:-5], "not JSON"),
    "not utf-8": (replaced(b"foreign/good", b"foreign/\xff"), "not UTF-8 at byte"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, "begins with a byte order mark"),
    "duplicate key": (replaced(TOKENS, TOKENS + b',"tokens":1'), "duplicate key 'tokens'"),
    "nan": (replaced(TOKENS, b'"tokens":NaN'), "NaN is not a number"),
    "infinity": (replaced(TOKENS, b'"tokens":-Infinity'), "-Infinity is not a number"),
    "true": (altered(tokens=True), "tokens: Input should be a valid integer"),
    "float": (replaced(TOKENS, b'"tokens":1e9'), "tokens: Input should be a valid integer"),
    "text": (altered(tokens="1,234"), "tokens: Input should be a valid integer"),
    "negative": (altered(tokens=-1), "tokens: Input should be greater than or equal to 0"),
    "too large": (altered(tokens=2**63), "tokens: Input should be less than or equal to 9223372036854775807"),
    "unknown field": (altered(colour="red"), "colour: Extra inputs are not permitted"),
    "missing field": (replaced(b"," + TOKENS, b""), "tokens: Field required"),
    "nul": (altered(model_permaslug="foreign/\x00"), "model_permaslug: String should match pattern"),
    "lone surrogate": (replaced(b"foreign/good", b"foreign/\\ud800"), "unexpected end of hex escape at line 1 column"),
    "an array": (b"[" + GOOD + b"]", "value: Input should be"),
    "tombstone": (None, "a record without value (tombstone) is not an event"),
}


@dataclass(frozen=True)
class Seen:
    scene: Scene
    before: dict[str, list[dict[str, Any]]]
    report: Report
    letters: dict[str, Record]


@pytest.fixture(scope="module")
def seen(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A clean refresh, a foreign producer's records with two good ones among them, and the refresh that meets them."""
    world = write_rankings(tmp_path_factory.mktemp("bad world"), small_rows(date(2026, 6, 1), 14))
    scene = home_of("bad", **ROUTER_ALONE)
    cluster = Cluster(scene.broker, topic_prefix=scene.prefix)
    assert scene.refresh("2026-06-15T06:00:00Z", world).exit_code == ExitCode.OK
    before = {id: scene.metric(id) for id in ROUTER}
    values = {"good first": GOOD, **{name: value for name, (value, _) in BAD.items()}, "good last": GOOD}
    messages = [
        Message(USAGE_OBSERVED.name, name.encode(), value, (("who", b"a stranger"),)) for name, value in values.items()
    ]
    producer.send(cluster, messages)
    report = scene.refresh("2026-06-15T07:00:00Z", world)
    letters = {(record.key or b"").decode(): record for record in read_all(cluster, USAGE_OBSERVED.dead_letter)}
    return Seen(scene, before, report, letters)


def read_all(cluster: Cluster, topic: str) -> list[Record]:
    spans = [Range(*at, *ends) for at, ends in ranges.positions(cluster, [topic]).items()]
    return [record for span in spans for record in ranges.read(cluster, span)]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_in_the_dead_letter_untouched_with_its_origin(seen: Seen, name: str) -> None:
    letter = seen.letters[name]
    headers = dict(letter.headers)
    assert letter.value == BAD[name][0]
    assert headers["who"] == b"a stranger"
    assert headers["origin.topic"] == USAGE_OBSERVED.name.encode()
    assert (headers["stage"], headers["attempt"]) == (b"decode", b"1")
    assert headers["error.class"] == b"ContractViolation"
    cluster = Cluster(seen.scene.broker, topic_prefix=seen.scene.prefix)
    partition, offset = int(headers["origin.partition"]), int(headers["origin.offset"])
    (origin,) = ranges.read(cluster, Range(USAGE_OBSERVED.name, partition, offset, offset + 1))
    assert (origin.key, origin.value) == (letter.key, letter.value)
    assert int(headers["origin.timestamp"]) == origin.timestamp


@pytest.mark.parametrize("name", BAD)
def test_its_message_says_what_was_wrong_where(seen: Seen, name: str) -> None:
    said = dict(seen.letters[name].headers)["error.message"].decode()
    assert BAD[name][1] in said


def test_nothing_else_is_in_the_dead_letter(seen: Seen) -> None:
    assert seen.letters.keys() == BAD.keys()
    usage = [r for r in seen.report.ranges if r.range.topic == USAGE_OBSERVED.name]
    assert (sum(r.rows for r in usage), sum(r.rejected for r in usage)) == (2, len(BAD))


def test_good_rows_beside_them_land(seen: Seen) -> None:
    with warehouse.open_warehouse(seen.scene.home.warehouse) as connection:
        landed = connection.execute(
            "SELECT count(*) FROM raw.usage_observed_v1 WHERE model_permaslug = 'foreign/good'"
        ).fetchone()
    assert landed == (2,)


def test_no_metric_moves(seen: Seen) -> None:
    assert {statuses(seen.report)[id] for id in ROUTER} == {"unchanged"}
    assert seen.report.exit_code == ExitCode.OK
    for id in ROUTER:
        assert [bare(row) for row in seen.scene.metric(id)] == [bare(row) for row in seen.before[id]]


def bare(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in row.keys() - {"as_of", "is_provisional"}}
