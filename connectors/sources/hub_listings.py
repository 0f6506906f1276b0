"""The Hub's listings: their questions, their chains of pages, and the end of reading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from connectors.sources.payload import Object, check_type, require_type
from tokenshare.codec import read_count, read_json
from tokenshare.errors import ContractViolation
from tokenshare.sources import Page

PATH = "api/models"
EXPANDED = (
    *("downloads", "downloadsAllTime", "likes", "trendingScore", "tags", "pipeline_tag", "createdAt"),
    *("private", "gated"),
)
BASE_MODELS = "baseModels"  # undocumented for listings; if it is refused, the tags have the bases
Query = dict[str, str | Sequence[str]]
PAGE_ROWS = 1000
TRENDING_ROWS = 50  # ten are ranked; ties and private rows need room
ENOUGH = 0.99  # of the rolling downloads; the rest is estimated, and the estimate published
LEAST = 0.9  # of the rolling downloads: a reading with less says nothing of the Hub
OPTIONAL = ("downloads", "base")  # the kinds of listings that may end early
MOST_PAGES = {"downloads": 60, "trending": 1, "author": 20, "base": 10}


@dataclass(frozen=True)
class Listing:
    """One question to the Hub, answered in pages; `about` is an organisation or a base model, or empty."""

    kind: str
    about: str = ""

    def params(self, cursor: str = "") -> Query:
        """The parameters of its first page, or of the page at a cursor."""
        query: Query = {
            "sort": "trendingScore" if self.kind == "trending" else "downloads",
            "limit": str(TRENDING_ROWS if self.kind == "trending" else PAGE_ROWS),
            "expand[]": EXPANDED,
        }
        query |= {"author": self.about} if self.kind == "author" else {}
        query |= {"filter": f"base_model:{self.about}"} if self.kind == "base" else {}
        return query | ({"cursor": cursor} if cursor else {})


@dataclass(frozen=True)
class Chain:
    """The pages of one listing in the order of its cursors, and the rolling counters of their rows."""

    listing: Listing
    pages: tuple[Page, ...] = ()
    counters: tuple[int, ...] = ()

    def followed_by(self, page: Page) -> "Chain":
        """The chain with one more page. Raises ContractViolation if it is unreadable, or was there before."""
        following = next_cursor(page)
        if any(page.body == other.body or following == next_cursor(other) != "" for other in self.pages):
            raise ContractViolation(
                f"{named(self.listing)} does not advance: page {len(self.pages) + 1} repeats another"
            )
        counters = (found for row in read_rows(page) if (found := counter_of(row, "downloads")) is not None)
        return Chain(self.listing, (*self.pages, page), (*self.counters, *counters))

    @property
    def is_enough(self) -> bool:
        """True if no further page is needed: the chain ends, its limit is reached, or its coverage suffices."""
        if not next_cursor(self.pages[-1]) or len(self.pages) >= MOST_PAGES[self.listing.kind]:
            return True
        return self.listing.kind == "downloads" and self.coverage >= ENOUGH

    @property
    def coverage(self) -> float:
        """The part (0 to 1) of the rolling downloads covered by the listing by downloads.

        The rest is estimated as if counters kept falling with the square of the rank: the tail behind rank r is then
        r times the last counter seen. A listing has no tail if it ends or reaches 0.
        """
        covered, last = sum(self.counters), self.counters[-1] if self.counters else 0
        tail = len(self.counters) * last if next_cursor(self.pages[-1]) else 0
        return covered / (covered + tail) if covered else 1.0


def read_rows(page: Page) -> list[Object]:
    """The repositories of a page; what is not an object is one without fields. Raises ContractViolation."""
    check_type(page, "JSON", {"application/json"})
    rows = require_type(read_json(page.body), list, "the document")
    return [row if isinstance(row, dict) else {} for row in rows]


def counter_of(row: Object, name: str) -> int | None:
    """A counter of a row, 0 if it is not stated; None if it cannot be read, and the row is then put aside."""
    try:
        return read_count(row.get(name) or 0, name)
    except ContractViolation:
        return None


def next_cursor(page: Page) -> str:
    """The cursor of the next page, or empty. The link's host, path and other parameters are ignored."""
    if not page.following:
        return ""
    try:
        cursor = parse_qs(urlsplit(page.following).query).get("cursor", [""])[0]
    except ValueError as error:
        raise ContractViolation(f"Link names a next page that has no address: {error}") from error
    if not cursor:
        raise ContractViolation("Link names a next page without a cursor: paging is not as documented")
    return cursor


def read_chains(pages: Sequence[Page], cut: str = "") -> list[Chain]:
    """The listings of a fetch. Raises ContractViolation if one is out of order or ends early.

    The last may end early if the fetch was `cut`, unless it is of an organisation: those are read whole.
    """
    chains: list[Chain] = []
    for page in pages:
        listing, cursor = _question_of(page)
        if not cursor:
            chains.append(Chain(listing).followed_by(page))
        elif not chains or chains[-1].listing != listing or next_cursor(chains[-1].pages[-1]) != cursor:
            raise ContractViolation(f"a page of {named(listing)} does not follow the page before it")
        else:
            chains[-1] = chains[-1].followed_by(page)
    may_end = [chain for chain in chains[-1:] if cut and chain.listing.kind in OPTIONAL]
    for short in (chain for chain in chains if not (chain.is_enough or chain in may_end)):
        raise ContractViolation(f"{named(short.listing)} is cut after {len(short.pages)} pages of its cursor chain")
    return chains


def _question_of(page: Page) -> tuple[Listing, str]:
    """The listing and the cursor in a page's address."""
    query: Mapping[str, list[str]] = parse_qs(urlsplit(page.url).query)
    cursor = query.get("cursor", [""])[0]
    if "author" in query:
        return Listing("author", query["author"][0]), cursor
    if "filter" in query:
        return Listing("base", query["filter"][0].removeprefix("base_model:")), cursor
    return Listing("trending" if query.get("sort") == ["trendingScore"] else "downloads"), cursor


def named(listing: Listing) -> str:
    return f"the listing by {listing.kind} {listing.about}".strip()


def lacks_bases(page: Page) -> bool:
    """True if a page was asked for fields, but not for baseModels."""
    asked = parse_qs(urlsplit(page.url).query).get("expand[]", [])
    return bool(asked) and BASE_MODELS not in asked


def of_kinds(chains: Sequence[Chain], kind: str) -> Iterator[Chain]:
    """The chains of one kind of listing."""
    return (chain for chain in chains if chain.listing.kind == kind)
