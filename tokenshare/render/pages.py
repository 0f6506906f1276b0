"""Reference pages of metrics, topics and sources."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from tokenshare.columns import Column, columns_of
from tokenshare.metrics import Metric
from tokenshare.render.markdown import code, facts, page, table
from tokenshare.render.relations import COORDINATES
from tokenshare.sources import Source
from tokenshare.topics import Topic

STATUS_COLUMNS = (
    "Every relation also has the columns `as_of`, `version`, `status` and `held_since`, and `is_provisional` if its "
    "rows are dated. Relations in `metrics.` are shares or figures; relations in `marts.` are for joining. "
    "`vintages.<metric>`, of a mart too, has the same columns and every row ever published. Its `known_from` and "
    "`known_until` (TIMESTAMPTZ) are the as-of from which, and before which, a row was current; its `first_version` "
    "and `last_version` (BIGINT) are the versions with the row. `known_until` and `last_version` are null while the "
    "row is current."
)
ENVELOPE = (
    "Values are strict UTF-8 JSON, one event each, with the headers `schema`, `event_id` and `fetch_id`, and `mac`, "
    "the proof of the home that wrote it. Within a version only optional fields are added. If a record breaks its "
    "contract or is unproven, it goes to the dead letter, untouched, with its origin and the reason. Names are shown "
    "without the topic prefix, a setting."
)
ABSENT = (
    "no complete answer came: no connection, a status other than 200 (429 and 5xx are tried again first), a redirect "
    "to another host, a body cut short, empty or too large, or the deadline passed"
)
REFUSED = (
    "an answer came and cannot be trusted as a whole: not the documented type or shape, another version, days not "
    "asked for, text in the place of a number, a field removed or renamed"
)
WRITTEN = (
    "Its header and one row. [Files you write](../files.md) says what is read as it is, and what puts a row aside."
)
MEANWHILE = (
    "Either way the answer gives no number, and no zero: the source's metrics stay at their version until their "
    "freshness limit passes, and are then held. If a world never had the file, the source is `skipped` and the metrics "
    "that need it are `inactive`. If the world had it and lost it, `missing_files` holds these metrics at once."
)


PUSHED = {"gateway": "../gateway.md"}  # what comes in by itself has no page of a source


def index_page(title: str, lead: str, texts: Mapping[str, str]) -> str:
    """The list of the pages of a folder, from their texts by file name."""
    lines = (f"- [{re.findall('^# (.*)$', text, re.MULTILINE)[0]}]({name})" for name, text in sorted(texts.items()))
    return page(title, lead, "\n".join(lines))


def metrics_page(metrics: Sequence[Metric]) -> str:
    """The published relations, metric by metric."""
    index = table(
        ("relation", "title", "unit", "grain", "group"),
        [(_link(m.relation, m.id), m.title, m.unit, _codes(m.grain), code(m.group)) for m in metrics],
    )
    return page("Metrics and marts", STATUS_COLUMNS, index, *(_metric(metric) for metric in metrics))


def topics_page(topics: Sequence[Topic]) -> str:
    """The topics between sources and landed files."""
    coordinates = table(("column", "type", "meaning"), [_described(column)[:3] for column in COORDINATES])
    landed = f"## Coordinates\n\nA landed row carries, after the event's own columns:\n\n{coordinates}"
    return page("Topics", ENVELOPE, *(_topic(topic) for topic in topics), landed)


def source_page(source: Source) -> str:
    """The page of a source: terms of use, citation, and the traps of its answers."""
    key = f"needed: `{source.key_name}`" if source.needs_key else "none"
    known = facts(
        (
            ("Emits", _codes([topic.name for topic in source.emits])),
            ("Cadence", _span(source.cadence)),
            ("Asked at", f"{code(source.cron)} (cron, UTC), if `tokenshare serve` runs"),
            ("Key", key),
            ("Licence", source.licence),
            ("Citation", source.citation),
            ("Terms and limits", source.terms),
            ("World file", f"{code(source.world_file)} replaces it in a world"),
        )
    )
    silence = facts((("`absent`", f"{ABSENT}."), ("`refused`", f"{REFUSED}.")))
    return page(
        source.title,
        f"Source {code(source.id)}.",
        known,
        f"## Traps\n\n{source.traps}",
        *([f"## Its file\n\n{WRITTEN}\n\n```csv\n{source.example}```"] if source.example else []),
        f"## When it is not there\n\n{silence}\n\n{MEANWHILE}",
    )


def _metric(metric: Metric) -> str:
    known = facts(
        (
            ("Title", metric.title),
            ("Unit", metric.unit or "none"),
            ("Grain", _codes(metric.grain)),
            ("Method", metric.method),
            ("Denominator", metric.denominator),
            ("Exclusions", metric.exclusions),
            ("Coverage", metric.coverage),
            ("Freshness", f"held when older than {_span(metric.freshness)}" if metric.freshness else "no limit"),
            ("Laws", _codes(metric.laws) or "those of its columns only"),
            ("Coherence group", code(metric.group)),
            ("Topics", _codes([topic.name for topic in metric.topics]) or "none: curated"),
            (
                "Sources",
                " or ".join(_link(id, PUSHED.get(id, f"../sources/{id}.md")) for id in metric.sources)
                or "none: curated",
            ),
            ("Owner", metric.owner),
        )
    )
    return f"## {metric.id}\n\n{code(metric.relation)}\n\n{known}\n\n{_columns(columns_of(metric.row))}"


def _topic(topic: Topic) -> str:
    details = facts(
        (
            ("One record is", topic.description),
            ("Key", code(topic.key)),
            ("Event", f"{code(topic.event.__name__)}: {(topic.event.__doc__ or '').strip().splitlines()[0]}"),
            ("Dead letter", code(topic.dead_letter)),
            ("Landed as", code(f"raw.{topic.table}")),
            ("JSON Schema", _link(f"{topic.name}.json", f"schemas/{topic.name}.json")),
        )
    )
    return f"## {topic.name}\n\n{details}\n\n{_columns(columns_of(topic.event))}"


def _columns(columns: Sequence[Column]) -> str:
    return table(("column", "type", "meaning", "unit", "may be null"), [_described(column) for column in columns])


def _described(column: Column) -> tuple[str, str, str, str, str]:
    one_of = f" One of {_codes(column.choices)}." if column.choices else ""
    meaning = column.description + one_of
    return code(column.name), column.sql_type, meaning, column.unit, "yes" if column.is_nullable else "no"


def _link(text: str, target: str) -> str:
    return f"[{code(text)}]({target if '.' in target else f'#{target}'})"


def _codes(words: Sequence[str]) -> str:
    return ", ".join(map(code, words))


def _span(length: timedelta) -> str:
    days, rest = divmod(length, timedelta(days=1))
    hours = f"{rest.total_seconds() / 3600:g} hours"
    return (f"{days} day{'s' if days > 1 else ''}" if days else "") + (hours if rest else "")
