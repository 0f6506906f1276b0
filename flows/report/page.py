"""The page: figures with their cards and tables, composed into one file without outside resources."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from flows.report.drawing import Drawings
from flows.report.figures import ReportFigure
from flows.report.numbers import cell
from flows.report.reading import Card, NamedRow, Published

TEMPLATE = Path(__file__).with_name("page.html")
MOST_TABLE_ROWS = 400
HEADINGS = {"as_of": "as of"}


@dataclass(frozen=True)
class Section:
    """A figure with its rows, sentence and drawings, as input of the template."""

    figure: ReportFigure
    cards: Sequence[Card]
    rows: Sequence[NamedRow]
    sentence: str
    wide: Markup
    narrow: Markup

    @property
    def held(self) -> Sequence[Card]:
        return [card for card in self.cards if card.status == "held" or card.state == "held"]

    @property
    def table(self) -> Sequence[NamedRow]:
        """The rows of the table view: the newest MOST_TABLE_ROWS."""
        return self.rows[-MOST_TABLE_ROWS:]


def compose(published: Published, figures: Sequence[ReportFigure], drawings: Drawings) -> str:
    """The page as HTML text."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"cell": lambda row, name: cell(name, row.get(name)), "words": _words}
    sections = [_fill(published, figure, drawings) for figure in figures]
    cards = published.cards
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        sections=sections,
        origin=published.origin,
        as_of=published.as_of,
        held=[card for card in cards.values() if card.state == "held"],
        published=sum(card.version is not None for card in cards.values()),
        citations=sorted({card.citation for card in cards.values() if card.version is not None}),
    )


def _fill(published: Published, figure: ReportFigure, drawings: Drawings) -> Section:
    cards = [published.cards[id] for id in figure.metrics if id in published.cards]
    rows = figure.rows(published)
    if not rows:
        return Section(figure, cards, [], _why_empty(cards), Markup(""), Markup(""))
    sentence = figure.summarise(rows)
    shown, title = [{name: row.get(name) for name in figure.columns} for row in rows], f"{figure.heading}. {sentence}"
    wide, narrow = (
        Markup(drawings.draw(figure.chart, shown, title, is_narrow=is_narrow) if figure.chart else "")  # noqa: S704
        for is_narrow in (False, True)
    )
    return Section(figure, cards, rows, sentence, wide, narrow)


def _why_empty(cards: Sequence[Card]) -> str:
    reasons = "; ".join(dict.fromkeys(f"{card.metric}: {card.reason or card.state}" for card in cards))
    return f"No numbers: {reasons}." if reasons else "No numbers: not measured here."


def _words(name: str) -> str:
    return HEADINGS.get(name, name.replace("_", " "))
