"""Whatever the answer of one source raises ends that source, with type and words, and nothing else."""

import csv
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import pytest

from connectors.kafka.producer import Sender
from connectors.sources import SOURCES, releases
from connectors.storage import warehouse
from connectors.storage.alert_log import outbox
from flows.stages import ingest
from flows.stages.bulkhead import contain, describe, each
from tests.faults.stages import opened_run
from tests.hub import write_hub
from tests.scene import Scene, small_rows, statuses, write_rankings
from tokenshare import errors
from tokenshare.errors import ExitCode, PayloadRefused, SourceAbsent
from tokenshare.events import ReleaseObserved
from tokenshare.sources import Fetch, Page, Parsed

pytestmark = pytest.mark.slow

Record = Callable[[str, Any], None]
Places = Mapping[str, tuple[str, Exception]]  # where each source fails, and with what
AS_OF = "2026-06-15T06:00:00+00:00"
FAILING: Places = {
    "releases": ("fetch", RecursionError("too deep")),
    "leaderboards": ("parse", MemoryError("no room")),
    "disclosures": ("completed", OverflowError("int too big")),
    "claims": ("send", errors.UsageError("as if typed", "type again")),
}
OUTCOMES = {
    "releases": ("absent", "RecursionError: too deep"),
    "leaderboards": ("refused", "MemoryError: no room"),
    "disclosures": ("refused", "OverflowError: int too big"),
    "claims": ("refused", "UsageError: as if typed: type again"),
}


def raising(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


def fail_at(monkeypatch: pytest.MonkeyPatch, places: Places) -> None:
    """Let each named source fail at its place: fetch, parse, completed or send."""
    completed, send = ingest._completed, Sender.send

    def complete(fetch: Fetch, *others: Any) -> Any:
        place, error = places.get(fetch.source_id, ("", None))
        return raising(error)() if error and place == "completed" else completed(fetch, *others)

    def sent(self: Sender, messages: Any, *others: Any) -> int:
        queue = list(messages)
        for id, (place, error) in places.items():
            if place == "send" and any(f'"source_id":"{id}"'.encode() in message.value for message in queue):
                raise error
        return send(self, queue, *others)

    own = {id: {place: raising(error)} for id, (place, error) in places.items() if place in ("fetch", "parse")}
    monkeypatch.setattr(ingest, "SOURCES", tuple(replace(s, **own.get(s.id, {})) for s in SOURCES))  # type: ignore[arg-type]
    monkeypatch.setattr(ingest, "_completed", complete)
    monkeypatch.setattr(Sender, "send", sent)


def alerted(scene: Scene) -> set[str]:
    with warehouse.open_warehouse(scene.home.warehouse) as connection:
        return {alert.fault.id for alert in outbox.read_open(connection)}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_rankings(tmp_path / "world", small_rows(date(2026, 6, 1), 14))


@pytest.mark.timeout(300)
@pytest.mark.threat("S5")
def test_u09_an_error_at_any_place_is_told_of_its_source_and_the_others_are_published(
    scene: Scene, world: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """Four sources each raise an error of another type: one in fetch, parse, complete and send."""
    fail_at(monkeypatch, FAILING)
    report = scene.refresh(AS_OF, world)
    found = {outcome.id: (outcome.status, outcome.reason) for outcome in report.sources}
    assert {id: found[id] for id in FAILING} == OUTCOMES
    assert found["openrouter_rankings"][0] == "fetched"
    assert statuses(report)["vendor_share_daily"] == "published"
    assert report.exit_code in (ExitCode.INCOMPLETE, ExitCode.HELD)
    assert {f"source/{id}" for id in FAILING} <= alerted(scene)
    record_property("observed", f"{len(FAILING)} sources told with type and words; the router's numbers published")


@pytest.mark.threat("S4")
def test_u09_an_event_larger_than_the_broker_takes_is_its_sources_fault(
    mill: Scene, world: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    """An event of two megabytes that cannot be compressed, among the events of one source."""

    def parse(fetch: Fetch) -> Parsed:
        parsed = releases.SOURCE.parse(fetch)
        first, *others = parsed.events
        assert isinstance(first, ReleaseObserved)
        large = first.model_copy(update={"citation": random.Random(7).randbytes(1_000_000).hex()})
        return replace(parsed, events=(large, *others))

    changed = tuple(replace(s, parse=parse) if s.id == "releases" else s for s in SOURCES)
    monkeypatch.setattr(ingest, "SOURCES", changed)
    with opened_run(mill, AS_OF, world) as run:
        found = {outcome.id: outcome for outcome in ingest.ingest(run)}
    assert found["releases"].status == "refused"
    assert found["releases"].reason.startswith("MessageTooLarge: a message of 2000")
    assert {found[id].status for id in ("openrouter_rankings", "leaderboards", "claims")} == {"fetched"}
    record_property("observed", f"refused: {found['releases'].reason}; the others fetched")


@pytest.mark.timeout(300)
@pytest.mark.threat("S3", "S4")
def test_u10_a_row_spoilt_by_its_owner_is_put_aside_counted_and_in_the_catalog(
    scene: Scene, world: Path, record_property: Record
) -> None:
    """A repository with 2,001 tags, and one with more bytes of tags than an event may have."""
    write_hub(world, date(2026, 6, 14), 2)
    file = world / "hub_models.csv"
    head, *rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    tags = [";".join(f"tag-{number}" for number in range(2_001)), ";".join(f"{n:0>250}" for n in range(300))]
    strange = [
        [*row[:1], f"{n:024x}", f"stranger/{n}", *row[3:5], tags[n], *row[6:]] for n, row in enumerate(rows[-2:])
    ]
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows([head, *rows, *strange])
    report = scene.refresh(AS_OF, world)
    (hub,) = [outcome for outcome in report.sources if outcome.id == "huggingface_hub"]
    assert (hub.status, hub.events) == ("fetched", len(rows) // 2)
    (aside,) = scene.catalog("rows_put_aside", source_id="huggingface_hub")
    assert aside["rows"] == 2
    assert aside["reasons"][0].startswith("stranger/0: tags: Tuple should have at most 2000 items")
    assert aside["reasons"][1].startswith("stranger/1: the event has ")
    record_property("observed", f"{aside['rows']} rows in catalog.rows_put_aside, {hub.events} repositories fetched")


@pytest.mark.parametrize(
    "error",
    [
        *(
            errors.Busy("taken"),
            errors.Interrupted("stop"),
            errors.BrokerUnavailable("away"),
            errors.RecordsLost("gone"),
        ),
        *(KeyboardInterrupt(), SystemExit(3), SourceAbsent("silent", 503), PayloadRefused("other form")),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.threat("S5")
def test_what_ends_a_pass_and_what_is_decided_already_goes_through(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised, contain(PayloadRefused):
        raise error
    assert raised.value is error


@pytest.mark.threat("S5")
def test_pages_before_an_error_are_kept_and_the_source_is_absent() -> None:
    page = Page("one", b"1", "text/csv")

    def fetch() -> Iterator[Page]:
        yield page
        raise KeyError("next")

    pages = each(fetch)
    assert next(pages) is page
    with pytest.raises(SourceAbsent, match="KeyError: 'next'"):
        next(pages)
    with pytest.raises(SourceAbsent, match="ImportError: no socks"):
        next(each(raising(ImportError("no socks"))))


@pytest.mark.threat("S9", "X21")
def test_the_words_of_an_error_are_one_line_without_the_key() -> None:
    said = describe(ValueError("bad\n\x1b[31m /x?api_token=a%2Bb and a+b"), "a+b")
    assert said == "ValueError: bad ?[31m /x?api_token=*** and ***"
    assert describe(ValueError()) == "ValueError"
    assert len(describe(ValueError("x" * 10_000))) == 400
