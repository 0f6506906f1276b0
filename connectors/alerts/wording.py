"""An alert as text for people: plain, short, and free of markup."""

import re
from collections.abc import Iterator, Sequence

from tokenshare.alerts import AlertDocument, Fault
from tokenshare.topics import TOPIC_NAMES

LONGEST_TITLE, LONGEST_LINE, LONGEST_BODY = 120, 240, 3000
MOST = 8  # faults, checks or columns of a kind are listed; the rest is counted
# Names come from upstreams: they must not become a mention, link, tag, header or emphasis.
_UNSAFE = re.compile(r"[^\w .,:;/%+()=-]")
_LINK = re.compile(r":(?=//)")
# A chat makes a link of a dot before letters: broken as [.], but in names of ours and in suffixes that are no domain.
_OURS = "|".join(map(re.escape, sorted(TOPIC_NAMES, key=len, reverse=True)))
_DOMAIN = re.compile(
    rf"((?:{_OURS})(?:\.dlq)?)|\.(?=(?:xn--[a-z0-9-]+|[^\W\d_]{{2,}})(?![\w-]))(?!(?:csv|json|parquet|duckdb)\b)"
)


def title_of(document: AlertDocument) -> str:
    """The title in one line: a line break could begin another header."""
    return plain(document.title, LONGEST_TITLE)


def body_of(document: AlertDocument) -> str:
    """The fault, its start, observed and expected values, the version readers see, and the runbook."""
    text = "\n".join(plain(line) for line in (*_opening(document), *_faults(document)))
    closing = "\n".join([*_runbooks(document), plain(f"Pass {document.run_id}, key {document.dedup_key}")])
    return f"{_cut(text, LONGEST_BODY - len(closing) - 1)}\n{closing}"


def plain(text: str, most: int = LONGEST_LINE) -> str:
    """The text in one line without markup, links and mentions, cut to `most` characters."""
    return _cut(defuse(" ".join(text.split())), most)


def defuse(text: str) -> str:
    """The text without markup characters and mentions, its links and domains broken: `evil[.]example`."""
    return _DOMAIN.sub(lambda found: found[1] or "[.]", _LINK.sub(": ", _UNSAFE.sub("?", text)))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 2]} …"


def _opening(document: AlertDocument) -> Iterator[str]:
    when = f"{document.as_of:%Y-%m-%d %H:%M} UTC"
    if document.action == "resolve":
        yield f"Over as of {when}; it began {document.since:%Y-%m-%d %H:%M} UTC."
    elif document.action == "inform":
        yield f"As of {when}; nothing is open, and nothing follows."
    else:
        yield f"Since {document.since:%Y-%m-%d %H:%M} UTC; as of {when}."
    if document.is_flapping:
        yield "It comes and goes: it counts as over only after a calm while."
    if document.views:
        yield f"Affected views: {_listed(document.views)}"


def _faults(document: AlertDocument) -> Iterator[str]:
    if document.action == "resolve":
        return
    reasons = dict.fromkeys(_reason(fault) for fault in document.faults)
    yield from list(reasons)[:MOST]
    if len(reasons) > MOST:
        yield f"and {len(reasons) - MOST} more; see tokenshare alerts list"
    yield from [_last_good(fault) for fault in document.faults if fault.last_good][:MOST]


def _reason(fault: Fault) -> str:
    if not fault.findings:
        return f"{fault.subject}: {fault.reason}"
    checks = [
        f"{finding.check}: observed {finding.observed}, expected {finding.expected}" for finding in fault.findings[:3]
    ]
    return "; ".join(checks)


def _last_good(fault: Fault) -> str:
    good = fault.last_good
    if good is None:
        return ""
    row = ", ".join(f"{name} {value}" for name, value in list(good.row.items())[:MOST])
    return f"Readers see {fault.subject} version {good.version} as of {good.as_of:%Y-%m-%d %H:%M} UTC: {row}"


def _runbooks(document: AlertDocument) -> Iterator[str]:
    """The runbooks, as the setting writes them; a link stays a link."""
    if document.action != "resolve":
        pages = (page for fault in document.faults for page in _pages(fault))
        yield from (f"Runbook: {page}" for page in list(dict.fromkeys(pages))[:3])


def _pages(fault: Fault) -> list[str]:
    return [finding.runbook for finding in fault.findings] or [fault.runbook]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more
