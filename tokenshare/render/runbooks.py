"""Runbooks: a page for each kind of check, with the contracts and the runbook text of each check."""

from collections.abc import Iterator, Mapping, Sequence

from tokenshare.metrics import Group, Metric
from tokenshare.render.markdown import code, facts, page, table
from tokenshare.render.reference import ALWAYS, FRESHNESS, LawLine
from tokenshare.runbooks import PAGES, RunbookPage, link_of

ContractLine = tuple[str, str, str]  # groups or metrics judged, interval, meaning
STATUS = "tokenshare status"


def runbook_pages(groups: Sequence[Group], laws: Sequence[LawLine], metrics: Sequence[Metric]) -> dict[str, str]:
    """The text of each page by file name."""
    asked = {**_evidence(groups), **_laws(laws, metrics)}
    return {"README.md": _index(), **{f"{kind.id}.md": _page(kind, asked) for kind in PAGES}}


def _index() -> str:
    """Every check and fault, by page."""
    kinds = (
        (f"[{kind.title}]({kind.id}.md)", ", ".join(f"[{code(name)}]({link_of(name)})" for name in kind.checks))
        for kind in PAGES
    )
    return page("Runbooks", "What to do about a check that failed, or about another fault.", facts(kinds))


def _page(kind: RunbookPage, asked: Mapping[str, Sequence[ContractLine]]) -> str:
    look = "\n".join(("```sh", *kind.look, STATUS, "```"))
    return page(
        kind.title,
        kind.meaning,
        f"**Look.**\n\n{look}",
        f"**Mend.** {kind.mend}",
        f"**Release.** {kind.release}",
        *(_entry(name, text, asked.get(name, ())) for name, text in kind.checks.items()),
    )


def _entry(name: str, text: str, rows: Sequence[ContractLine]) -> str:
    """The part of one check; alerts link to its heading."""
    judged = table(("judged on", "must lie in", "meaning"), rows) if rows else ""
    required = f"**Requirement.** {ALWAYS[name]}" if name in ALWAYS else ""
    parts = (f"## {name}", required, judged, text)
    return "\n\n".join(part for part in parts if part)


def _evidence(groups: Sequence[Group]) -> dict[str, list[ContractLine]]:
    found: dict[str, list[ContractLine]] = {}
    for group in groups:
        for check in group.evidence:
            found.setdefault(check.name, []).append((code(group.id), str(check.within), check.meaning))
        if group.evidence:
            found.setdefault("freshness", []).append((code(group.id), "at most the limit", FRESHNESS))
    return {name: list(_merged(rows)) for name, rows in found.items()}


def _merged(rows: Sequence[ContractLine]) -> Iterator[ContractLine]:
    """One line for all groups with the same interval and meaning."""
    for within, meaning in dict.fromkeys((within, meaning) for _, within, meaning in rows):
        yield ", ".join(where for where, *rest in rows if tuple(rest) == (within, meaning)), within, meaning


def _laws(laws: Sequence[LawLine], metrics: Sequence[Metric]) -> dict[str, list[ContractLine]]:
    return {
        name: [(", ".join(code(metric.id) for metric in metrics if name in metric.laws), within, meaning)]
        for name, within, meaning in laws
    }
