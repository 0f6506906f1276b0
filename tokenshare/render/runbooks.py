"""Runbooks: a page for each check and each other fault, with what the contracts say of it and what a person does."""

from collections.abc import Iterator, Mapping, Sequence

from tokenshare.metrics import Group, Metric
from tokenshare.render.markdown import code, page, table
from tokenshare.render.reference import ALWAYS, FRESHNESS, Law
from tokenshare.runbooks import EVIDENCE, FAULTS, LAWS, RULES, Advice

Row = tuple[str, str, str]  # where it is judged, where numbers must lie, what it asks
STATUS = "tokenshare status"


def runbook_pages(groups: Sequence[Group], laws: Sequence[Law], metrics: Sequence[Metric]) -> dict[str, str]:
    """Check or fault, to the text of its page."""
    asked = {**_evidence(groups), **_laws(laws, metrics)}
    first = {group.id: next((m.id for m in metrics if m.group == group.id), "") for group in groups}
    advice: Mapping[str, Advice] = {**RULES, **EVIDENCE, **LAWS, **FAULTS}
    return {
        name: _page(name, one, asked.get(name, []), _example(name, metrics, groups, first))
        for name, one in advice.items()
    }


def _page(name: str, advice: Advice, rows: Sequence[Row], example: str) -> str:
    meaning = advice.meaning or ALWAYS.get(name, "")
    judged = table(("judged on", "must lie in", "what it asks"), rows) if rows else ""
    gates = (f"tokenshare gates {example}",) if name not in FAULTS else ()
    look = "\n".join(("```sh", *dict.fromkeys((*gates, *advice.look, STATUS)), "```"))
    command = f"tokenshare gates release {example} VERSION --by NAME --reason TEXT"
    how = f"\n\n    {command}" if advice.release.startswith("Yes") else ""
    known = "\n\n".join(part for part in (meaning, judged) if part)
    return page(
        code(name),
        f"## What it means\n\n{known}",
        f"## Look\n\n{look}",
        f"## Mend\n\n{advice.mend}",
        f"## Release\n\n{advice.release}{how}",
    )


def _example(name: str, metrics: Sequence[Metric], groups: Sequence[Group], first: Mapping[str, str]) -> str:
    """A metric to look at: the first that the check is asked of."""
    lawful = (metric.id for metric in metrics if name in metric.laws)
    evident = (first[group.id] for group in groups if name in {one.name for one in group.evidence})
    return next((id for id in (*lawful, *evident) if id), metrics[0].id)


def _evidence(groups: Sequence[Group]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for group in groups:
        for one in group.evidence:
            found.setdefault(one.name, []).append((code(group.id), str(one.within), one.meaning))
        if group.evidence:
            found.setdefault("freshness", []).append((code(group.id), "at most the limit", FRESHNESS))
    return {name: list(_merged(rows)) for name, rows in found.items()}


def _merged(rows: Sequence[Row]) -> Iterator[Row]:
    """Groups that are asked the same share a line."""
    for within, meaning in dict.fromkeys((within, meaning) for _, within, meaning in rows):
        yield ", ".join(where for where, *rest in rows if tuple(rest) == (within, meaning)), within, meaning


def _laws(laws: Sequence[Law], metrics: Sequence[Metric]) -> dict[str, list[Row]]:
    return {
        name: [(", ".join(code(metric.id) for metric in metrics if name in metric.laws), within, meaning)]
        for name, within, meaning in laws
    }
