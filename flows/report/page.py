"""The page: claims, figures with their cards and tables, and sources, in one file without outside resources."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from connectors.sources import SOURCES
from flows.report.changes import read_changes, since_of
from flows.report.claims import read_claims
from flows.report.drawing import Drawings
from flows.report.figures import CLAIMS, ReportFigure
from flows.report.holds import read_holds
from flows.report.numbers import cell
from flows.report.reading import Card, NamedRow, Published
from tokenshare.csv_text import csv_text
from tokenshare.metrics import METRIC_BY_ID
from tokenshare.sources import Source

TEMPLATE, SCRIPT = (Path(__file__).with_name(name) for name in ("page.html", "page.js"))
MOST_TABLE_ROWS = 400
HEADINGS = {
    "as_of": "as of",
    "week_start_date": "week",
    "vendor_name": "vendor",
    "family_name": "family",
    "company_name": "company",
}


@dataclass(frozen=True)
class Badge:
    """The standing that metrics of a section share; `titles` is empty if all of them share it."""

    titles: str
    status: str
    as_of: datetime | None


@dataclass(frozen=True)
class Section:
    """A figure with its rows, sentence and drawings, as input of the template."""

    figure: ReportFigure
    cards: Sequence[Card]
    rows: Sequence[NamedRow]
    sentence: str
    wide: str | Markup = ""
    narrow: str | Markup = ""

    @property
    def badges(self) -> Sequence[Badge]:
        """One for each standing of its metrics."""
        standings: dict[tuple[str, datetime | None], list[str]] = {}
        for card in self.cards:
            standings.setdefault((card.status, card.as_of), []).append(card.title)
        is_one = len(standings) == 1
        return [Badge("" if is_one else ", ".join(titles), *standing) for standing, titles in standings.items()]

    @property
    def table(self) -> Sequence[NamedRow]:
        """The rows of the table view: the newest MOST_TABLE_ROWS."""
        return self.rows[-MOST_TABLE_ROWS:]

    @property
    def csv(self) -> str:
        """All rows as the address of a CSV file that is part of the page."""
        text = csv_text(self.rows, self.figure.columns)
        return f"data:text/csv;charset=utf-8;base64,{b64encode(text.encode()).decode()}"


def compose(
    published: Published, figures: Sequence[ReportFigure], earlier: str, runbooks: str, beside: Mapping[str, str]
) -> str:
    """The page as HTML text.

    `earlier` is the page before, `runbooks` the prefix of links to runbooks, `beside` titles of pages by their path.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"cell": lambda row, name: cell(name, row.get(name)), "words": _words}
    drawings, since = Drawings.of_page(earlier), since_of(earlier, published.as_of)
    cards, script = published.cards, SCRIPT.read_text(encoding="utf-8")
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        sections=[_fill(published, figure, drawings) for figure in figures],
        claims=read_claims(published),
        claim_cards=[cards[id] for id in CLAIMS if id in cards],
        holds=read_holds(published, runbooks),
        changes=read_changes(published, since),
        sources=_sources(published),
        beside=beside,
        script=Markup(script),  # noqa: S704
        script_digest=b64encode(sha256(script.encode()).digest()).decode(),
        origin=published.origin,
        as_of=published.as_of,
        published=sum(card.version is not None for card in cards.values()),
    )


def _fill(published: Published, figure: ReportFigure, drawings: Drawings) -> Section:
    cards = [published.cards[id] for id in figure.metrics if id in published.cards]
    rows = figure.rows(published)
    if not rows:
        return Section(figure, cards, [], _why_empty(cards))
    sentence, chart = figure.summarise(rows), figure.chart
    if not chart:
        return Section(figure, cards, rows, sentence)
    title = f"{figure.heading}. {sentence}"
    wide, narrow = (drawings.draw(chart, rows, title, is_narrow=is_narrow) for is_narrow in (False, True))
    return Section(figure, cards, rows, sentence, Markup(wide), Markup(narrow))  # noqa: S704


def _sources(published: Published) -> Sequence[Source]:
    """The sources that the shown numbers may be made from."""
    shown = [METRIC_BY_ID[id] for id, card in published.cards.items() if card.version and id in METRIC_BY_ID]
    used = {id for metric in shown for id in metric.sources}
    return [source for source in SOURCES if source.id in used]


def _why_empty(cards: Sequence[Card]) -> str:
    reasons = "; ".join(dict.fromkeys(card.reason or card.state for card in cards))
    return f"No numbers: {reasons}." if reasons else "No numbers: not measured here."


def _words(name: str) -> str:
    return HEADINGS.get(name, name.replace("_", " "))
