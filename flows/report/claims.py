"""Quoted claims beside what is counted: the quote, the verdict in plain words, and how to count it again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

from flows.report.numbers import amount
from flows.report.reading import NamedRow, Published
from tokenshare.claims import ABOUTS, METHOD_WORDS

LINK = re.compile(r"https://[^\s<>\"']+[^\s<>\"'.,;)]")
VERDICTS = {
    "reproduced": "Reproduced",
    "reproduced_by_another_method": "Reproduced only by another way of counting",
    "not_reproduced": "Not reproduced",
    "no_data": "No data",
}
ORDER = {about.name: place for place, about in enumerate(ABOUTS)}


@dataclass(frozen=True)
class Claim:
    """A claim as the page shows it; `link` is the address in its source, empty if there is none."""

    id: str
    quote: str
    source: str
    link: str
    verdict: str
    heading: str
    sentence: str
    facts: Sequence[tuple[str, str]]
    command: str


def read_claims(published: Published) -> list[Claim]:
    """The claims by their subject, the largest number first, and those that nothing here observes last."""
    rows = published.rows("claim_verdict")
    return [_claim(row) for row in sorted(rows, key=_interest)]


def _interest(row: NamedRow) -> tuple[Any, ...]:
    return row["verdict"] == "no_data", ORDER.get(row["about"], len(ORDER)), -row["claimed"], row["claim_id"]


def _claim(row: NamedRow) -> Claim:
    found = LINK.search(row["source"])
    return Claim(
        id=row["claim_id"],
        quote=row["quote"],
        source=row["source"],
        link=found[0] if found else "",
        verdict=row["verdict"],
        heading=VERDICTS[row["verdict"]],
        sentence=_sentence(row),
        facts=list(_facts(row).items()),
        command=_command(row),
    )


def _sentence(row: NamedRow) -> str:
    """The nearest number in the words of its method, and beside it that of the claim's own method."""
    if row["nearest"] is None:
        return "Nothing published here observes it."
    counted = f"{amount(row['nearest'], row['unit'])} {METHOD_WORDS[row['method']]}"
    own = dict(_beside(row)).get(row["claimed_method"])
    if row["method"] == row["claimed_method"] or own is None:
        return f"{counted}, in {row['period']}."
    return f"{counted}, and {own} {METHOD_WORDS[row['claimed_method']]}: both in {row['period']}."


def _facts(row: NamedRow) -> dict[str, str]:
    """The numbers behind the sentence, for whoever doubts it."""
    counted = [f"{row[name]:,.0f}" for name in ("numerator", "denominator") if row[name] is not None]
    facts = {
        "claimed": f"{_compared(row)}{amount(row['claimed'], row['unit'])}, {row['claimed_period']}",
        "counted": " of ".join(counted),
        "by every method": "; ".join(f"{value} {METHOD_WORDS[method]}" for method, value in _beside(row)),
        "reproduced by": row["reproduced_by"] or "",
        "tried": f"{row['variants_tried']} ways and windows, {row['variants_matched']} within the rounding",
        "metric": row["stands_on"] or "",
    }
    return {name: value for name, value in facts.items() if value}


def _beside(row: NamedRow) -> list[tuple[str, str]]:
    """The number of each method in the window of the nearest one, as text with its unit."""
    pairs = [pair.rsplit(" ", 1) for pair in (row["beside"] or "").split(", ")]
    return [
        (method, amount(float(value.replace(",", "")), row["unit"]))
        for method, value in (p for p in pairs if len(p) > 1)
    ]


def _compared(row: NamedRow) -> str:
    return "" if row["comparison"] == "about" else f"{row['comparison']} "


def _command(row: NamedRow) -> str:
    """The command that compares the quoted number with every way of counting it."""
    words = [f"{row['claimed']:.12g}", "--about", row["about"]]
    words += ["--entity", row["entity"]] if row["entity"] else []
    return f"tokenshare check {' '.join(map(quote, words))} --period {quote(row['claimed_period'])}"
