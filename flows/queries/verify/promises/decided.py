"""Promises about decisions: versions are whole, each passed its gate, and replaced cells are on record."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from expectations.evidence import OF_THE_PASS
from expectations.pins import pins
from flows.queries.verify.promises.promise import MOST, PromiseBreach
from flows.queries.verify.state import HomeReader
from tokenshare.inspected import GateRun, VersionDiff
from tokenshare.metrics import GROUP_BY_ID, METRIC_BY_ID, Metric
from tokenshare.publication import Publication
from tokenshare.restatements import Restatement

AGAIN = "run `tokenshare refresh`, which judges it again"
ReleasedChecks = frozenset[tuple[str, str]]  # coherence group and check of each finding released by a person
ChangedCells = Counter[tuple[str, str, str | None, str | None]]  # key, column, old, new


def versions_are_whole(home: HomeReader) -> Iterator[PromiseBreach]:
    """Versions are numbered without a gap, and each one not pruned has the rows and digest of its decision."""
    publications = home.publications
    yield from _numbers(publications)
    decided = {(p.metric, p.version): p for p in publications}
    kept = {(stored.metric.id, stored.version): stored for stored in home.stored()}
    for at in sorted(decided.keys() | kept.keys()):
        publication, stored, where = decided.get(at), kept.get(at), f"{at[0]} version {at[1]}"
        rows = stored.rows if stored else 0
        if publication is None:
            yield PromiseBreach(where, f"{rows} rows", "no rows: there is no such version on record")
        elif rows != publication.rows and at not in home.pruned:
            yield PromiseBreach(where, f"{rows} rows", f"{publication.rows} rows")
        elif stored and stored.digest and stored.digest != publication.digest:
            yield PromiseBreach(where, f"digest {stored.digest[:12]}", f"digest {publication.digest[:12]}")


def one_version_is_shown(home: HomeReader) -> Iterator[PromiseBreach]:
    """Of the versions ever shown to readers all but one are superseded; a held candidate is none of them."""
    public = home.public
    standing = [p for p in home.publications if p.status != "superseded"]
    shown = Counter(p.metric for p in standing if (p.metric, p.version) in public)
    held = Counter(p.metric for p in standing if (p.metric, p.version) not in public)
    for id in sorted({id for id, _ in public}):
        if shown[id] != 1:
            yield PromiseBreach(id, f"{shown[id]} versions in front of readers", "one")
    for id, count in sorted(held.items()):
        if count > 1:
            yield PromiseBreach(id, f"{count} held candidates", "one at most")
    for p in standing:
        if p.status in ("current", "released") and (p.metric, p.version) not in public:
            yield PromiseBreach(
                f"{p.metric} version {p.version}", f"{p.status} and never published", "a published version"
            )


def gates_let_versions_out(home: HomeReader) -> Iterator[PromiseBreach]:
    """Every version ever shown to readers passed all its checks, or a person released its failures."""
    openings = {(opening.metric, opening.version): opening for opening in home.openings()}
    released = frozenset((group, check) for group, check, _, _ in home.released())
    for publication in home.publications:
        at = (publication.metric, publication.version)
        if at in home.public:
            yield from _opened(publication, openings.get(at), released)
    shown = {p.metric: p for p in home.publications if p.status in ("current", "released")}
    for newest in home.newest_judgements():
        if newest.metric in shown and newest.version == shown[newest.metric].version and not newest.shutting:
            yield from _required(newest, shown[newest.metric])


def replaced_cells_are_on_record(home: HomeReader) -> Iterator[PromiseBreach]:
    """Restatements are exactly the cells that differ between versions, each with its cause."""
    for replaced in home.replaced():
        where = f"{replaced.metric.id} version {replaced.old_version} to {replaced.new_version}"
        differing, recorded = _cells(replaced.differing), _cells(replaced.recorded)
        yield from _listed(where, differing - recorded, "differs, and is not on record", "a restatement")
        yield from _listed(where, recorded - differing, "is on record, and does not differ", "no restatement")
        yield from _caused(where, replaced)
    for id, old, new, count in home.strange_pairs():
        where = f"{id} version {old} to {new}"
        yield PromiseBreach(where, f"{count} restatements", "none: these versions do not follow each other")


def required_checks(metric: Metric) -> set[str]:
    """The names of the checks required to open a gate, except those of single columns."""
    group = GROUP_BY_ID[metric.group]
    names = {
        *OF_THE_PASS,
        "suite_pinned",
        *metric.laws,
        *(evidence.name for evidence in group.evidence),
    }
    names |= {"freshness"} if group.evidence and metric.freshness else set()
    return names | ({"followed_groups"} if group.follows.groups else set())


def _numbers(publications: Sequence[Publication]) -> Iterator[PromiseBreach]:
    for id in sorted({p.metric for p in publications}):
        known = {p.version for p in publications if p.metric == id}
        lacking = [str(version) for version in range(1, max(known) + 1) if version not in known]
        if lacking:
            yield PromiseBreach(id, f"no version {', '.join(lacking[:MOST])} on record", f"versions 1 to {max(known)}")


def _opened(
    publication: Publication, opening: GateRun | None, released: frozenset[tuple[str, str]]
) -> Iterator[PromiseBreach]:
    where = f"{publication.metric} version {publication.version}"
    if opening is None:
        yield PromiseBreach(where, "no check on record", f"{publication.checks_evaluated} checks")
        return
    if opening.shutting:
        yield PromiseBreach(
            where, f"{opening.shutting} checks shut its gate in every pass", "a pass in which all passed"
        )
    if opening.evaluated < max(publication.checks_evaluated, 1):
        yield PromiseBreach(where, f"{opening.evaluated} checks", f"{publication.checks_evaluated} checks, as decided")
    yield from _pinned(where, publication, opening)
    group = METRIC_BY_ID[publication.metric].group
    for name in opening.released:
        if (group, name) not in released:
            yield PromiseBreach(where, f"{name} counts as released", "a release of it on record")


def _pinned(where: str, publication: Publication, opening: GateRun) -> Iterator[PromiseBreach]:
    """The evaluated suite is the suite of the decision, all of it."""
    size, _, digest = opening.pinned.partition(" expectations, ")
    if not digest or not publication.suite_digest.startswith(digest):
        observed = f"judged by suite {digest or 'unknown'}"
        yield PromiseBreach(where, observed, f"suite {publication.suite_digest[:12]}, as decided")
        return
    rules = sum(name.startswith("expect_") for name in opening.names)
    if rules != int(size):
        yield PromiseBreach(where, f"{rules} expectations evaluated", f"{size} expectations")


def _required(newest: GateRun, publication: Publication) -> Iterator[PromiseBreach]:
    """The newest pass evaluated every required check, if the committed suite is still the one of the version."""
    pinned: Mapping[str, object] = pins().get(publication.metric, {})
    lacking = sorted(required_checks(METRIC_BY_ID[publication.metric]) - set(newest.names))
    if pinned.get("digest") == publication.suite_digest and lacking:
        where = f"{publication.metric} version {publication.version}"
        yield PromiseBreach(where, f"not judged by {', '.join(lacking)}", "every check of the registry", AGAIN)


def _caused(where: str, replaced: VersionDiff) -> Iterator[PromiseBreach]:
    if replaced.recorded_causes and replaced.recorded_causes != (replaced.cause,):
        yield PromiseBreach(where, f"cause {', '.join(replaced.recorded_causes)}", f"cause {replaced.cause}")


def _cells(cells: tuple[Restatement, ...]) -> ChangedCells:
    return Counter((cell.key, cell.column, cell.old, cell.new) for cell in cells)


def _listed(where: str, cells: ChangedCells, problem: str, expected: str) -> Iterator[PromiseBreach]:
    found = sorted(cells.elements(), key=str)
    for key, column, old, new in found[:MOST]:
        yield PromiseBreach(f"{where}: {key} {column}", f"{old} to {new} {problem}", expected)
    if len(found) > MOST:
        yield PromiseBreach(where, f"{len(found) - MOST} more such cells", expected)
