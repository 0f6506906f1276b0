"""The page of fields by the party that controls them."""

from collections.abc import Iterator, Sequence

from tokenshare.parties import ENVELOPE
from tokenshare.render.markdown import code, page, table
from tokenshare.sources import Source

LEAD = (
    "What a wrong value spoils is what its party controls. A row that its owner spoils is put aside: it is counted in "
    "`fetch.completed` and listed in `catalog.rows_put_aside`, its payload stays in the archive, and the other rows "
    "count. An answer is refused as a whole if its upstream spoils it, or if more than a twentieth of its rows, and "
    "more than twenty, are put aside."
)
ROW, ANSWER, NOTHING = "that row", "the answer", "nothing: no byte from outside reaches it"


def parties_page(sources: Sequence[Source]) -> str:
    """Every field of every source, who controls it, and what a wrong value spoils."""
    envelope = ", ".join(code(name) for name in sorted(ENVELOPE))
    names = ("source", "field", "who controls it", "a wrong value spoils")
    return page("Fields by party", LEAD, f"We write {envelope} of every event.", table(names, _lines(sources)))


def _lines(sources: Sequence[Source]) -> Iterator[tuple[str, str, str, str]]:
    for source in sources:
        parties = source.parties
        for fields, party, spoilt in (
            (parties.owned, parties.owner, ROW),
            (parties.upstream_of(topic.event for topic in source.emits), "the upstream", ANSWER),
            (parties.ours, "us", NOTHING),
        ):
            yield from ((f"[{source.id}](../sources/{source.id}.md)", code(name), party, spoilt) for name in fields)
