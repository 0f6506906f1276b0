"""One home through five passes: a late correction, no change, a stale answer, and records against every contract."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import producer, ranges
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message
from connectors.storage import warehouse
from connectors.storage.alert_log import alert_inputs
from connectors.storage.landing import dead_letters
from connectors.storage.landing.dead_letters import DeadLetterOutcome
from connectors.storage.publications import history
from expectations.evidence import DeadLetterRate, spoilt
from flows.orchestration.refresh import Report
from flows.queries import overview
from flows.setup import clock, context
from tests.receiver import Receiver, listening
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tokenshare.codec import encode
from tokenshare.errors import ExitCode
from tokenshare.events import UsageObserved
from tokenshare.metrics import METRIC_BY_ID, METRICS, ROUTER_SOURCES
from tokenshare.offsets import Range, Record, RecordId
from tokenshare.topics import USAGE_OBSERVED

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
Saying = Callable[[str, Any], None]
ROUTER = [metric.id for metric in METRICS if metric.group == "router"]
MARKS = {"as_of", "status", "held_since", "is_provisional"}
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


LATE_DAY, LATE_MODEL, LATE_TOKENS = date(2026, 6, 10), "deepseek/deepseek-r1", 1_234_567
MORNING = "2026-06-15T06:00:00Z"
HOUR_OF = "2026-06-15T09:00:00Z,2026-06-15T09:30:00Z,/api/v1/datasets"
ILL = f"{HOUR_OF}/rankings-daily,stale\n{HOUR_OF}/exports,503\n"
PASSES = {"late": "2026-06-15T07:00:00Z", "same": "2026-06-15T08:00:00Z", "stale": "2026-06-15T09:00:00Z"}
SPOILT = "2026-06-15T10:00:00Z"
DEAD_PORT = "http://127.0.0.1:9/api"
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Step:
    """The report of a pass, the published rows after it, and all messages received by then."""

    report: Report
    shown: dict[str, list[dict[str, Any]]]
    told: list[dict[str, Any]]


@dataclass(frozen=True)
class Seen:
    """One home, its passes by name, and the dead letters at the end."""

    scene: Scene
    steps: dict[str, Step]
    letters: dict[str, Record]


def world_of(root: Path) -> Path:
    """Two weeks, a correction of the tenth on the fifteenth, and an hour of answers from a cache."""
    rows = small_rows(date(2026, 6, 1), 14)
    rows.append(("2026-06-15T06:30:00Z", f"{LATE_DAY}", LATE_MODEL, f"{LATE_TOKENS}"))
    world = write_rankings(root, rows)
    (world / "faults.csv").write_text(f"from,until,path_prefix,fault\n{ILL}")
    return world


@pytest.fixture(scope="module")
def seen(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    world = world_of(tmp_path_factory.mktemp("records world"))
    with listening() as receiver:
        scene = home_of("records", **ROUTER_ALONE, TOKENSHARE_ALERT_WEBHOOK_URL=f"{receiver.url}/hook")
        steps = {"clean": play(scene, receiver, MORNING, world)}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(context, "now", back_by_a_day())
            steps["late"] = play(scene, receiver, PASSES["late"], world)
        scene.environ["PREFECT_API_URL"] = DEAD_PORT
        steps |= {name: play(scene, receiver, PASSES[name], world) for name in ("same", "stale")}
        cluster = Cluster(scene.broker, topic_prefix=scene.prefix, secret=scene.home.secret)
        send_bad(cluster)
        steps["spoilt"] = play(scene, receiver, SPOILT, world)
        letters = {(record.key or b"").decode(): record for record in read_all(cluster, USAGE_OBSERVED.dead_letter)}
        yield Seen(scene, steps, letters)


def play(scene: Scene, receiver: Receiver, as_of: str, world: Path) -> Step:
    report = scene.refresh(as_of, world)
    return Step(report, scene.metrics(ROUTER), [one.document for one in receiver.taken("/hook")])


def back_by_a_day() -> Callable[[], datetime]:
    """A clock right twice and then a day slow."""
    right = clock.now
    late = chain(repeat(timedelta(), 2), repeat(timedelta(days=1)))
    return lambda: right() - next(late)


def send_bad(cluster: Cluster) -> None:
    """Records of a faulty producer with the secret of the home, two good ones among them."""
    values = {"good first": GOOD, **{name: value for name, (value, _) in BAD.items()}, "good last": GOOD}
    messages = [
        Message(USAGE_OBSERVED.name, name.encode(), value, (("who", b"a stranger"),)) for name, value in values.items()
    ]
    producer.send(cluster, messages)


def read_all(cluster: Cluster, topic: str) -> list[Record]:
    spans = [Range(*at, *ends) for at, ends in ranges.positions(cluster, [topic]).items()]
    return [record for span in spans for record in ranges.read(cluster, span)]


def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in row.keys() - MARKS} for row in rows]


def version_of(step: Step, id: str) -> int:
    return int(step.shown[id][0]["version"])


@pytest.mark.parametrize("name", BAD)
def test_d01_a_bad_record_is_in_the_dead_letter_untouched_with_its_origin(
    seen: Seen, name: str, record_property: Saying
) -> None:
    """Among good records a cut one, one of another type or encoding, and other breaches of the contract."""
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
    said = headers["error.message"].decode()
    assert BAD[name][1] in said
    record_property("observed", f"a dead letter: {said[:60]}")


def test_d01_good_rows_beside_them_land_and_nothing_else_is_a_dead_letter(seen: Seen, record_property: Saying) -> None:
    """Seventeen bad records between two good ones."""
    assert seen.letters.keys() == BAD.keys()
    usage = [r for r in seen.steps["spoilt"].report.ranges if r.range.topic == USAGE_OBSERVED.name]
    landed = sum(r.rows for r in usage), sum(r.rejected for r in usage)
    assert landed == (2, len(BAD))
    with warehouse.open_warehouse(seen.scene.home.warehouse) as connection:
        found = connection.execute(
            "SELECT count(*) FROM raw.usage_observed_v1 WHERE model_permaslug = 'foreign/good'"
        ).fetchone()
    assert found == (2,)
    record_property("observed", f"{landed[0]} landed, {landed[1]} dead letters")


def test_d01_too_many_dead_letters_hold_what_is_made_of_their_topic(seen: Seen, record_property: Saying) -> None:
    """More than one in twenty of the newest records of a topic are dead letters."""
    spoilt = seen.steps["spoilt"]
    assert {statuses(spoilt.report)[id] for id in ROUTER} == {"held"}
    assert spoilt.report.exit_code == ExitCode.HELD
    reason = next(metric.reason for metric in spoilt.report.metrics if metric.id == ROUTER[0])
    assert reason.startswith("dead_letter_share: observed ")
    assert f"records of {USAGE_OBSERVED.name}, expected at most 5% of a topic (see tokenshare dlq list)" in reason
    for id in ROUTER:
        assert bare(spoilt.shown[id]) == bare(seen.steps["stale"].shown[id])
    told = {document["dedup_key"] for document in spoilt.told if document["action"] == "trigger"}
    assert {"tokenshare/held/router", f"tokenshare/dead_letter/{USAGE_OBSERVED.name}"} <= told
    record_property("observed", reason[:90])


def test_d01_they_hold_no_more_once_somebody_has_settled_them(seen: Seen, record_property: Saying) -> None:
    """All dead letters but a few are dropped, then all."""
    with warehouse.open_warehouse(seen.scene.home.warehouse) as connection:
        (before,) = alert_inputs.read_dead_letter_counts(connection)
        places = [
            RecordId(
                USAGE_OBSERVED.name, int(dict(one.headers)["origin.partition"]), int(dict(one.headers)["origin.offset"])
            )
            for one in seen.letters.values()
        ]
        dropped = DeadLetterOutcome("dropped", "Ada", "a test of theirs", AT)
        for place in places[1:]:
            dead_letters.record(connection, place, dropped)
        (one_left,) = alert_inputs.read_dead_letter_counts(connection)
        dead_letters.record(connection, places[0], dropped)
        assert alert_inputs.read_dead_letter_counts(connection) == []
    assert before[1:] == (len(BAD), one_left[2])
    assert one_left[1] == 1
    assert [spoilt([DeadLetterRate(*found)])[1] != () for found in (before, one_left)] == [True, False]
    record_property("observed", f"{before[1]} of {before[2]} hold, 1 does not")


def test_t02_a_late_word_about_a_published_day_is_a_restatement(seen: Seen, record_property: Saying) -> None:
    """A new statement about a day published five days ago."""
    late = seen.steps["late"]
    (cell,) = seen.scene.catalog("restatements", metric="fct_usage_daily")
    assert (cell["column"], cell["new"], cell["cause"]) == ("tokens", f"{LATE_TOKENS}", "upstream")
    assert f"{LATE_DAY}" in cell["key"]
    then = overview.metric(seen.scene.home, METRIC_BY_ID["fct_usage_daily"], datetime.fromisoformat(MORNING))
    rows = {(row["usage_date"], row["model_permaslug"]): row["tokens"] for row in then["rows"]}
    assert f"{rows[LATE_DAY, LATE_MODEL]}" == cell["old"]
    assert version_of(late, "fct_usage_daily") == version_of(seen.steps["clean"], "fct_usage_daily") + 1
    record_property("observed", f"{cell['old']} became {cell['new']}; as known then it is {cell['old']}")


def test_t02_people_are_told_once_that_published_numbers_changed(seen: Seen, record_property: Saying) -> None:
    """A pass replacing published cells, and passes after it replacing none."""
    documents = [one for one in seen.steps["spoilt"].told if one["kind"] == "restated"]
    (document,) = documents
    assert (document["action"], document["severity"]) == ("inform", "info")
    assert "marts.fct_usage_daily" in document["views"]
    assert document["run_id"] == seen.steps["late"].report.run.id
    assert seen.steps["late"].report.alerts["opened"] == 0
    with warehouse.open_warehouse(seen.scene.home.warehouse) as connection:
        kept = connection.execute("SELECT count(*) FROM outbox.faults WHERE kind = 'restated'").fetchone()
    assert kept == (0,)
    record_property("observed", f"one message, {len(document['faults'])} relations; nothing is open for it")


def test_t05_versions_go_by_sequence_where_the_clock_jumps_back(seen: Seen, record_property: Saying) -> None:
    """The clock falls back by a day in the middle of a publishing pass."""
    rows = seen.scene.catalog("publications", metric="fct_usage_daily")
    first, second = sorted(rows, key=lambda row: row["version"])
    assert (first["version"], second["version"]) == (1, 2)
    assert first["as_of"] < second["as_of"]
    assert second["published_at"] < first["published_at"]
    assert version_of(seen.steps["same"], "fct_usage_daily") == 2
    with warehouse.open_warehouse(seen.scene.home.warehouse) as connection:
        assert history.read_standing(connection, METRIC_BY_ID["fct_usage_daily"]).last_version == 2
    record_property("observed", f"version 2 is shown, {(first['published_at'] - second['published_at'])} before 1")


def test_a05_a_pass_goes_through_where_the_orchestrator_is_down(seen: Seen, record_property: Saying) -> None:
    """Prefect's address leads to a port without a listener."""
    same, spoilt = seen.steps["same"].report, seen.steps["spoilt"].report
    assert (same.exit_code, same.alerts["undelivered"]) == (ExitCode.OK, 0)
    assert (spoilt.exit_code, spoilt.status) == (ExitCode.HELD, "held")
    record_property("observed", "three passes to their end: exit 0, 12 and 10 as without it")


def test_u08_nothing_new_is_no_revision_and_still_fresh(seen: Seen, record_property: Saying) -> None:
    """An hour later the upstream says the same."""
    same, late = seen.steps["same"], seen.steps["late"]
    assert {source.status for source in same.report.sources if source.id in ROUTER_SOURCES} == {"unchanged"}
    assert {statuses(same.report)[id] for id in ROUTER} == {"unchanged"}
    for id in ROUTER:
        assert bare(same.shown[id]) == bare(late.shown[id])
        assert {row["as_of"] for row in same.shown[id]} == {row["as_of"] + HOUR for row in late.shown[id]}
    record_property("observed", f"{len(ROUTER)} metrics unchanged, as of an hour later")


def test_t07_a_stale_answer_takes_nothing_back(seen: Seen, record_property: Saying) -> None:
    """A cache serves the upstream's answer of a day ago, before the correction."""
    stale, same = seen.steps["stale"], seen.steps["same"]
    asked = {source.id: source for source in stale.report.sources if source.id in ROUTER_SOURCES}
    assert {source.status for source in asked.values()} == {"absent"}
    assert "a stale answer, as of 2026-06-14 " in asked["openrouter_rankings"].reason
    assert stale.report.exit_code == ExitCode.INCOMPLETE
    for id in ROUTER:
        assert stale.shown[id] == same.shown[id]
    record_property("observed", "absent, exit 12; no number moves")


def test_u01_what_did_not_come_is_no_zero_row(seen: Seen, record_property: Saying) -> None:
    """One source answers 503 and the other with its answer of a day ago."""
    stale, same = seen.steps["stale"], seen.steps["same"]
    (exports,) = [source for source in stale.report.sources if source.id == "openrouter_exports"]
    assert (exports.status, exports.events) == ("absent", 0)
    assert "status 503: Service Unavailable, tried 2 times" in exports.reason
    assert stale.shown["fct_usage_daily"] == same.shown["fct_usage_daily"]
    assert min(row["tokens"] for row in stale.shown["fct_usage_daily"]) > 0
    record_property("observed", f"{len(stale.shown['fct_usage_daily'])} rows as before, none of 0")


def test_u05_a_source_that_is_absent_is_told_once_and_over_once(seen: Seen, record_property: Saying) -> None:
    """Two sources do not answer one pass, and answer the next."""
    told = [(one["action"], one["dedup_key"]) for one in seen.steps["spoilt"].told if one["kind"] == "source"]
    expected = [(action, f"tokenshare/source/{id}") for action in ("trigger", "resolve") for id in ROUTER_SOURCES]
    assert sorted(told) == sorted(expected)
    record_property("observed", "one trigger and one resolve for each")
