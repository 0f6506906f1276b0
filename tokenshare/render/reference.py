"""Reference pages of settings, exit codes and checks, with the reason for each code and each check."""

from collections.abc import Iterable, Mapping, Sequence

from tokenshare.errors import ExitCode
from tokenshare.metrics import Metric
from tokenshare.render.markdown import code, page, table

Setting = tuple[str, str, str]  # variable, default, meaning
Judged = tuple[str, str, str]  # coherence group, check, the interval in words

EXITS: Mapping[ExitCode, str] = {
    ExitCode.OK: "All went well; also a demo with the hold it plans.",
    ExitCode.BUG: "A bug of ours; the log on stderr says where.",
    ExitCode.USAGE: "A wrong option, setting, home or as-of. Nothing was done.",
    ExitCode.HELD: "A gate is shut: a metric is held at its last good version. `tokenshare gates ID` says why.",
    ExitCode.RECORDS_LOST: "Records that had not landed are gone from the topic. Nothing more lands until "
    "the topic is back, or a new home fetches again.",
    ExitCode.INCOMPLETE: "A source was absent or refused; the others went on.",
    ExitCode.UNDELIVERED: "An alert could not be delivered; it stays in the outbox and is tried again.",
    ExitCode.BROKER: "Kafka cannot be reached, refuses us, or lacks a topic.",
    ExitCode.BUSY: "Another pass holds the home; the answer names its pid. Not a failure: nothing was done.",
}
EVIDENCE: Mapping[str, str] = {
    "other_rows": "Rows named `other` on a day. A day without it is not whole; two are a contradiction.",
    "missing_rows": "Named rows short of fifty on a day, where the upstream has ever given fifty.",
    "conflicting_keys": "Keys to which one fetch gave two values.",
    "volume_ratio": "All tokens of a day over those of the calendar day before. Real days move 0.78x to 1.28x; "
    "counting errors that others published were 2x to 3x.",
    "unknown_share": "Part of a day whose origin nobody can tell. Real days reach 0.21 with a popular stealth model.",
    "disappeared_days": "Days that were stated once and that the newer complete answer no longer states.",
    "unserved_days": "Days asked for and never served, within the freshness limit; older ones only lack a row.",
    "incomplete_fetches": "Fetches of which not everything landed that they promised, by count or by digest, and "
    "that no complete one has replaced.",
    "twin_difference": "Largest difference between our share of a model and that of the keyless export. "
    "Restatements between two answers move less than 0.04 %.",
    "listed_models": "Models in the catalogue of a day. An empty catalogue is an answer, and not a price list.",
    "priced_share": "Part of a day's models with both prices known. The catalogue prices nearly all of them.",
    "freshness": "Hours between the end of the newest day and `as_of`, at most the metric's limit. A day that lies "
    "more than one day ahead makes nothing fresh.",
}
LAWS: Mapping[str, str] = {
    "shares_sum_to_one": "The shares of one key make the whole: a part is neither lost nor counted twice.",
    "named_shares_sum_to_one": "So do the shares of what is named.",
    "share_is_quotient": "The share is the quotient of the two token counts beside it.",
    "identified_share_is_sum_of_vendors": "Chinese tokens are those of the vendors that dim_vendors calls Chinese, "
    "to the token.",
    "denominator_is_router_total": "What the share is over is the week's total, to the token.",
    "known_and_unknown_make_total": "Tokens of known and of unknown origin make the week's total, to the token.",
    "parts_make_router_total": "The rows of a week add up to its total, to the token.",
    "bounds_contain_origin": "The origin share lies between the bounds.",
    "steps_add_up": "The waterfall begins at the identified share, ends at the origin share, and its steps make "
    "the difference.",
    "ranks_are_dense": "Ranks run from 1 without a gap or a tie.",
    "share_is_of_router_total": "The share is over the week's total, `other` included.",
    "prices_are_plausible": "Dearest price of a model, USD per million tokens; a price in the wrong unit is a "
    "million times off.",
}
ALWAYS: Mapping[str, str] = {
    "dbt_build": "Every model and every relation test of the build succeeded; one that is missing has failed.",
    "suite_pinned": "The suite is the committed one, in size and digest: a lost expectation shuts the gate.",
    "expect_*": "What the columns say: at least one row, exactly these columns, a unique grain, no null where none "
    "may be, bounds, patterns, choices. Infinity and NaN are not numbers.",
    "coherence_group": "Members of a group are let out together or not at all, so that rows always add up.",
}
FAIL_CLOSED = (
    "A gate opens only when every check was evaluated and passed, or when a person has let that very finding through "
    "(`tokenshare gates release`). What raises, is missing or cannot be read counts as failed. A big move of a share "
    "shuts no gate: such moves are real."
)


def settings_page(settings: Sequence[Setting]) -> str:
    """Every setting there is."""
    rows = [(code(name), code(default) if default else "", meaning) for name, default, meaning in settings]
    told = "Settings are environment variables; an empty one counts as unset. There is no settings file."
    return page("Settings", told, table(("variable", "default", "what it means"), rows))


def exits_page(gravity: Sequence[ExitCode]) -> str:
    """What a process tells its caller, and which of several outcomes it reports."""
    rows = [(str(exit.value), code(exit.name), EXITS[exit]) for exit in ExitCode]
    order = ", ".join(str(exit.value) for exit in gravity)
    return page(
        "Exit codes",
        table(("code", "name", "what happened"), rows),
        f"Where several happened the gravest is reported: {order}. A run that never began answers "
        f"{ExitCode.BUSY.value}.",
    )


def checks_page(judged: Iterable[Judged], laws: Mapping[str, str], metrics: Sequence[Metric]) -> str:
    """What stands between a candidate and its readers: checks of the build, evidence, laws."""
    evidence = [(code(group), code(check), where, EVIDENCE[check]) for group, check, where in judged]
    held_by = {law: ", ".join(code(m.id) for m in metrics if law in m.laws) for law in laws}
    lawful = [(code(law), where, LAWS[law], held_by[law]) for law, where in laws.items()]
    return page(
        "Checks",
        FAIL_CLOSED,
        "## Of every metric\n\n"
        + table(("check", "what it asks"), [(code(name), why) for name, why in ALWAYS.items()]),
        "## Evidence\n\nWhat the landed rows must show before a coherence group is let out.\n\n"
        + table(("group", "check", "must lie in", "what it reads and why"), evidence),
        "## Laws\n\nWhat rows owe to each other.\n\n"
        + table(("law", "must lie in", "what it says", "judged on"), lawful),
    )
