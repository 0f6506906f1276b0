"""Reference pages of settings, exit codes and checks, with the reason for each code and each check."""

from collections.abc import Iterator, Mapping, Sequence

from tokenshare.errors import ExitCode
from tokenshare.metrics import Group, Metric
from tokenshare.render.markdown import code, page, table
from tokenshare.runbooks import link_of

Setting = tuple[str, str, str]  # variable, default, meaning
Kept = tuple[str, str, str, Sequence[str]]  # name, meaning, fix, the promises it depends on
LawLine = tuple[str, str, str]  # name, the interval in words, meaning

EXITS: Mapping[ExitCode, str] = {
    ExitCode.OK: "All went well; also a demo with the hold it plans.",
    ExitCode.BUG: "A bug of ours; the log on stderr shows the place. From `verify`, `trace` and `cite --verify`: a "
    "promise is broken; the answer names it.",
    ExitCode.USAGE: "A wrong option, setting, home or as-of. Nothing was done.",
    ExitCode.HELD: "A gate is shut: a metric is held at its last good version. `tokenshare gates ID` gives the reason.",
    ExitCode.RECORDS_LOST: "Records that had not landed are gone from the topic. Nothing more lands until "
    "the topic is back, or a person goes on without them: `tokenshare refresh --accept-gap`.",
    ExitCode.INCOMPLETE: "A source was absent or refused; the others went on.",
    ExitCode.UNDELIVERED: "An alert could not be delivered; it stays in the outbox and is tried again.",
    ExitCode.BROKER: "Kafka cannot be reached, refuses us, lacks a topic, or takes no message of that size.",
    ExitCode.BUSY: "Another pass owns the home; the answer names its pid. Not a failure: nothing was done.",
    ExitCode.INTERRUPTED: "Somebody stopped the command. The next pass shows the decisions made until then.",
}
ALWAYS: Mapping[str, str] = {
    "dbt_build": "Every model and every relation test of the build succeeded; a missing one counts as failed.",
    "accepted_gaps": "Every source has stated everything again since records of it were lost and a person went on.",
    "missing_files": "Every file of a world read before is still there.",
    "dead_letter_share": "Of the newest records of each topic behind it (whole files, five hundred records of a "
    "partition at least) at most 5 % are dead letters, not counting redriven or dropped ones, nor records that this "
    "home did not write.",
    "suite_pinned": "The suite is the committed one, in size and digest: a lost expectation shuts the gate.",
    "expect_*": "The contract of the columns: at least one row, exactly these columns, a unique grain, no null in a "
    "required column, bounds, patterns, choices. Infinity and NaN are not numbers. "
    "[Each of them](../runbooks/columns.md).",
    "followed_groups": "Of verdicts: while the gate of a metric is shut, no row depending on it moves.",
    "coherence_group": "Members of a group are published together or not at all, so rows always add up.",
}
FRESHNESS = (
    "Hours between the end of the newest day and `as_of`, at most the metric's limit. A day more than one day ahead "
    "makes nothing fresh."
)
FAIL_CLOSED = (
    "A gate opens only if every check was evaluated and passed, or if a person has released that very finding "
    "(`tokenshare gates release`). A check counts as failed if it raises, is missing or cannot be read. A big move of "
    "a share shuts no gate: such moves are real."
)


VERIFIED = (
    "`tokenshare verify` checks these promises of a home, in this order. It reads a copy of the build database, takes "
    "no lock, asks no broker and writes nothing. If a promise is broken, those depending on it are skipped: mend it "
    "first. Any breach ends with exit code 1, and names the promise, the place, the observed and the expected value, "
    "and the fix."
)


def promises_page(promises: Sequence[Kept]) -> str:
    """The promises every home keeps, and the fix for each broken one."""
    rows = [(code(name), says, mend, ", ".join(map(code, below))) for name, says, mend, below in promises]
    return page("Promises", VERIFIED, table(("promise", "meaning", "fix", "depends on"), rows))


def settings_page(settings: Sequence[Setting]) -> str:
    """Every setting."""
    rows = [(code(name), code(default) if default else "", meaning) for name, default, meaning in settings]
    opening = "Settings are environment variables; an empty one counts as unset. There is no settings file."
    return page("Settings", opening, table(("variable", "default", "what it means"), rows))


def exits_page(gravity: Sequence[ExitCode]) -> str:
    """The exit codes, and their order of precedence."""
    rows = [(str(exit.value), code(exit.name), EXITS[exit]) for exit in ExitCode]
    order = ", ".join(str(exit.value) for exit in gravity)
    return page(
        "Exit codes",
        table(("code", "name", "what happened"), rows),
        f"If several happened, the gravest is reported, in this order: {order}. A pass that never began exits with "
        f"{ExitCode.BUSY.value}.",
    )


def checks_page(groups: Sequence[Group], laws: Sequence[LawLine], metrics: Sequence[Metric]) -> str:
    """The checks between a candidate and its readers: build, evidence, laws."""
    held_by = {law: ", ".join(code(m.id) for m in metrics if law in m.laws) for law, _, _ in laws}
    lawful = [(_linked(law), where, meaning, held_by[law]) for law, where, meaning in laws]
    return page(
        "Checks",
        FAIL_CLOSED,
        "## Of every metric\n\n"
        + table(
            ("check", "meaning"),
            [(_linked(name), why) for name, why in ALWAYS.items()],
        ),
        "## Evidence\n\nThe landed rows of a coherence group must pass these checks before it is published.\n\n"
        + table(("group", "check", "must lie in", "meaning"), list(_evidence(groups))),
        "## Laws\n\nThe rows of published relations must agree with each other.\n\n"
        + table(("law", "must lie in", "meaning", "judged on"), lawful),
    )


def _evidence(groups: Sequence[Group]) -> Iterator[tuple[str, str, str, str]]:
    for group in groups:
        yield from ((code(group.id), _linked(e.name), str(e.within), e.meaning) for e in group.evidence)
        if group.evidence:
            yield code(group.id), _linked("freshness"), "at most the limit", FRESHNESS


def _linked(check: str) -> str:
    """The check, with a link to its runbook unless it stands for many checks."""
    return code(check) if "*" in check else f"[{code(check)}](../runbooks/{link_of(check)})"
