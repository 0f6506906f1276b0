"""Download counters, likes, trending and base models of repositories, from the Hugging Face Hub's public API."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from connectors.sources.hub_listings import (
    BASE_MODELS,
    LEAST,
    PATH,
    Chain,
    Listing,
    Query,
    counter_of,
    lacks_bases,
    next_cursor,
    of_kinds,
    read_chains,
    read_rows,
)
from connectors.sources.payload import (
    Object,
    build_event,
    check_rejected,
    envelope_of,
    refuses_payload,
    require_field,
    require_type,
    unknown_fields,
)
from tokenshare.codec import read_count, read_moment
from tokenshare.errors import ContractViolation, FetchCut, SourceAbsent
from tokenshare.events import DownloadsObserved
from tokenshare.parties import Parties
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import DOWNLOADS_OBSERVED

# Their repositories are always listed whole; dbt/seeds/family_organisations.csv maps them to families.
ORGANISATIONS = (
    *("Qwen", "deepseek-ai", "meta-llama", "google", "mistralai", "openai", "moonshotai", "zai-org", "THUDM"),
    *("MiniMaxAI", "XiaomiMiMo", "tencent", "baidu", "ByteDance-Seed", "microsoft", "ibm-granite", "nvidia"),
)
BASES = 2  # repositories per organisation, the most downloaded, whose derivatives are fetched
LONGEST_TAG = 256
DAY = timedelta(days=1)
BAD_REQUEST = 400
_BASE = re.compile(
    r"[a-z_]+:[\w.-]+(/[\w.-]+)?", re.ASCII
)  # relation:org/name; anybody writes what he likes into a tag
ROW = frozenset(
    (
        *("_id", "id", "author", "createdAt", "lastModified", "private", "gated", "disabled", "sha", "library_name"),
        *("downloads", "downloadsAllTime", "likes", "trendingScore", "tags", "pipeline_tag", "baseModels", "modelId"),
    )
)


def fetch(session: Session, _: Window) -> Iterator[Page]:
    """Fetch trending, official organisations and the Hub by downloads; if more remain, derivatives by base too.

    Each page is yielded before it is read. An unreadable page is the last: the parser refuses it.
    """
    reader = _Reader(session)
    try:
        yield from reader.read(Listing("trending"))
        official: tuple[Chain, ...] = ()
        for organisation in ORGANISATIONS:
            official = (*official, (yield from reader.read(Listing("author", organisation))))
        hub = yield from reader.read(Listing("downloads"))
        for base in _bases(official) if next_cursor(hub.pages[-1]) else ():
            yield from reader.read(Listing("base", base))
    except ContractViolation:
        return


class _Reader:
    """Reads listings over a session, without `baseModels` from the moment the Hub refuses it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._more: tuple[str, ...] = (BASE_MODELS,)

    def read(self, listing: Listing) -> Generator[Page, None, Chain]:
        """Fetch one listing, page after page, and return its chain.

        Raises FetchCut if the upstream stops answering, or the budget ends, where a listing may end early.
        """
        chain = Chain(listing)
        while not chain.pages or not chain.is_enough:
            try:
                page = self._ask(listing.params(next_cursor(chain.pages[-1]) if chain.pages else ""))
            except SourceAbsent as absent:
                if listing.kind == "base" or (listing.kind == "downloads" and chain.pages):
                    raise FetchCut(str(absent)) from absent
                raise
            yield page
            chain = chain.followed_by(page)
        return chain

    def _ask(self, query: Query) -> Page:
        try:
            return self._get(query)
        except SourceAbsent as absent:
            if absent.status != BAD_REQUEST or not self._more:
                raise
        self._more = ()
        return self._get(query)

    def _get(self, query: Query) -> Page:
        asked = query | {"expand[]": (*query["expand[]"], *self._more)}
        return self._session.get(PATH, asked, with_key=self._session.has_key)


def _bases(official: Sequence[Chain]) -> Iterator[str]:
    """The most downloaded repositories of each organisation."""
    for chain in official:
        rows = [row for page in chain.pages for row in read_rows(page)]
        names = [(-(counter_of(row, "downloadsAllTime") or 0), str(row.get("id"))) for row in rows]
        yield from (name for _, name in sorted(names)[:BASES])


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """Every public repository. One that cannot be read is put aside, and so is a tag that names no base model."""
    hub = next(of_kinds(read_chains(fetch.pages, fetch.cut), "downloads"), None)
    if hub is None or not hub.counters:
        raise ContractViolation("the listing by downloads is empty or was never read")
    if hub.coverage < LEAST:
        ended = f"; it ended early: {fetch.cut}" if fetch.cut else ""
        raise ContractViolation(
            f"the listing by downloads covers {hub.coverage:.2f} of all downloads, less than {LEAST}{ended}"
        )
    pages = [read_rows(page) for page in fetch.pages]
    rows = [row for page in pages for row in page]
    if not any(row.get("downloadsAllTime") is not None for row in rows):
        raise ContractViolation("no repository has 'downloadsAllTime': removed or renamed")
    slips, strange = list[str](), list[str]()
    events = tuple(_events(_newest(pages, slips), envelope_of(fetch), slips, strange))
    check_rejected(slips, len(events))
    tags = [f"{len(strange)} bases that are no repository, the first of {strange[0]}"] if strange else []
    return Parsed(
        events=events,
        as_of=fetch.window.observed_at,
        coverage_share=hub.coverage,
        unknown_fields=unknown_fields("[]", rows, ROW),
        rejected=(*slips, *tags),
        remarks=tuple(_notes(fetch, hub)),
    )


def _notes(fetch: Fetch, hub: Chain) -> Iterator[str]:
    if fetch.cut:
        yield f"the fetch ended early, with {hub.coverage:.2f} of all downloads covered: {fetch.cut}"
    if any(lacks_bases(page) for page in fetch.pages):
        yield "the Hub refused baseModels: base models are read from the tags alone"


def _newest(pages: Sequence[Sequence[Object]], slips: list[str]) -> dict[str, list[Object]]:
    """The rows of each repository, by id, from the last page naming it. Listings overlap, and counters move meanwhile.

    Two rows of one id on one page both stay: they contradict each other, and the gate must see it.
    """
    newest: dict[str, list[Object]] = {}
    for page in pages:
        here: dict[str, list[Object]] = {}
        for number, row in enumerate(page):
            try:
                if row.get("private") is not True:
                    here.setdefault(require_field(row, "_id", str, f"[{number}]"), []).append(row)
            except ContractViolation as slip:
                slips.append(str(slip))
        newest |= here
    return newest


def _events(
    newest: Mapping[str, list[Object]], envelope: Object, slips: list[str], strange: list[str]
) -> Iterator[DownloadsObserved]:
    for row in (row for found in newest.values() for row in found):
        try:
            yield _event(row, envelope, strange)
        except ContractViolation as slip:
            slips.append(str(slip))


def _event(row: Object, envelope: Object, strange: list[str]) -> DownloadsObserved:
    repo = require_field(row, "id", str, "a repository")
    tags = _tags(row, repo)
    bases = sorted(_bases_of(row, tags, repo))
    strange += [f"{repo}: {base[:80]!r}" for base in bases if not _BASE.fullmatch(base)]
    return build_event(
        DownloadsObserved,
        repo,
        **envelope,
        hub_id=row["_id"],
        repo=repo,
        created_at=_created(row, repo, envelope["observed_at"]),
        pipeline_tag=row.get("pipeline_tag"),
        tags=tags,
        downloads_30_days=_count(row, "downloads", repo),
        downloads_all_time=_count(row, "downloadsAllTime", repo),
        likes=_count(row, "likes", repo),
        trending_score=_score(row, repo),
        base_models=tuple(base for base in bases if _BASE.fullmatch(base)),
    )


def _created(row: Object, where: str, seen_at: datetime) -> datetime:
    created_at = read_moment(require_field(row, "createdAt", str, where), f"{where}.createdAt")
    if created_at > seen_at + DAY:
        raise ContractViolation(f"{where}.createdAt is {created_at:%Y-%m-%d}, a day to come on {seen_at:%Y-%m-%d}")
    return created_at


def _count(row: Object, name: str, where: str) -> int | None:
    return None if row.get(name) is None else read_count(row[name], f"{where}.{name}")


def _score(row: Object, where: str) -> float | None:
    score = row.get("trendingScore")
    if score is None:
        return None
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise ContractViolation(f"{where}.trendingScore is {str(score)[:60]!r}: not a number")
    try:
        return float(score)
    except OverflowError as error:
        raise ContractViolation(f"{where}.trendingScore has {len(str(score))} digits") from error


def _tags(row: Object, where: str) -> tuple[str, ...]:
    """The tags allowed by the contract. Anybody may write any tag, and a strange one must not refuse the whole Hub."""
    found = require_type(row.get("tags") or [], list, f"{where}.tags")
    texts = {tag for tag in found if isinstance(tag, str)}
    return tuple(sorted(tag for tag in texts if tag.isprintable() and 0 < len(tag) <= LONGEST_TAG))


def _bases_of(row: Object, tags: tuple[str, ...], where: str) -> set[str]:
    """The direct base models as relation:org/name, as derived by the Hub and as declared by tags.

    A base named without a relation is `unspecified`, unless it is also named with one.
    """
    stated = row.get("baseModels") or []
    stated = stated if isinstance(stated, list) else [stated]
    listed = [require_type(entry, dict, f"{where}.baseModels") for entry in stated]
    found = {(str(entry.get("relation") or ""), name) for entry in listed for name in _names(entry, where)}
    for declared in (tag.removeprefix("base_model:") for tag in tags if tag.startswith("base_model:")):
        relation, _, name = declared.rpartition(":")
        found.add((relation, name))
    specified = {name for relation, name in found if relation}
    return {f"{relation or 'unspecified'}:{name}" for relation, name in found if relation or name not in specified}


def _names(stated: Object, where: str) -> list[str]:
    where = f"{where}.baseModels"
    models = require_type(stated.get("models") or [], list, f"{where}.models")
    return [require_field(require_type(model, dict, where), "id", str, where) for model in models]


SOURCE = Source(
    id="huggingface_hub",
    title="Hugging Face Hub",
    emits=(DOWNLOADS_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="Hugging Face terms of service; counters are facts about public repositories",
    homepage="https://huggingface.co/models",
    citation="Source: Hugging Face Hub (huggingface.co), counters as of {as_of}.",
    terms="Public, without a token; HF_TOKEN, if set, is sent and raises the limit. 500 calls in five minutes for an "
    "address without a token; a fetch makes at most TOKENSHARE_HUB_CALLS of them.",
    traps="`downloads` is a rolling window of 30 days and may fall; `downloadsAllTime` has no history upstream and can "
    "fall too. HEAD requests count, and automated builds inflate. A renamed repository keeps `_id`. Anybody can write "
    "tags: one that names no repository as its base (a path, an Ollama name) is left out and counted, and so is a "
    "repository that cannot be read. baseModels names direct bases only, and is undocumented for listings: if it is "
    "refused, the tags are read instead. The method of trendingScore is unpublished. A fetch that its calls or seconds "
    f"cut short counts if it covers at least {LEAST:.0%} of the downloads.",
    world_file="hub_models.csv",
    fetch=fetch,
    parties=Parties(
        owner="the owner of the repository",
        owned=(
            "repo",
            "created_at",
            "pipeline_tag",
            "tags",
            "downloads_30_days",
            "downloads_all_time",
            "likes",
            "trending_score",
            "base_models",
        ),
    ),
    parse=parse,
    upstream="huggingface",
)
