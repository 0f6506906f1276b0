"""Runbooks of evidence: incomplete, contradictory or implausible landed rows."""

from tokenshare.runbooks.page import COMMAND, NEVER, REAL, RELEASE, WAIT, RunbookPage

COMPLETENESS = RunbookPage(
    id="completeness",
    title="Completeness and age",
    meaning=(
        "A day or a fetch did not land in full, or no new data has come for too long. Readers keep the last good "
        "version: a share of an incomplete day is a wrong share."
    ),
    look=("tokenshare gates router_tokens_weekly", "tokenshare metrics fct_usage_daily"),
    mend=(
        "Run `tokenshare refresh`. It asks for all days again and usually brings the whole day. The next "
        "complete fetch opens the gate."
    ),
    release=WAIT,
    checks={
        "other_rows": "The upstream served a part of a day, or served it twice.",
        "missing_rows": "The upstream named fewer models than it always has.",
        "unserved_days": (
            "The upstream has not served a day that is over. If it never serves the day, the week of that day has no "
            "row once the freshness limit has passed."
        ),
        "disappeared_days": (
            "The newer, complete answer lacks a day that the upstream had stated. Most often the day is back the "
            "next morning. Nothing has been deleted: the archive and the landed files keep the old rows. In a dropped "
            "file leave the value empty to withdraw a row: then nothing is missed."
            f"{RELEASE}Only if the upstream has stated that it withdrew the day."
        ),
        "lost_rows": (
            "A dropped file has lost a row, or a feed a line or three days of one: an answer cut short, or a ticker or "
            "a filer renamed. Put the row of a file back, or withdraw it by a row with an empty value; refresh to read "
            "the feed again. A single row that a feed takes back is no finding: it leaves the numbers, and stands in "
            "`tokenshare restatements`."
            f"{RELEASE}Only if the upstream has stated that it withdrew these rows."
        ),
        "incomplete_fetches": (
            "Fewer records have landed than a fetch promised: the pass was cut off while it produced them, or the "
            "contract rejected some. Refresh: the pass asks the source again, and a complete fetch replaces this "
            "one. If the check fails again, look for dead letters with `tokenshare dlq list`."
            f"{RELEASE}{NEVER}"
        ),
        "freshness": (
            "No new data has come for longer than the metric allows. `tokenshare status` shows the last complete "
            "answer of each source. [An absent](operation.md#source_absent) or [a refused "
            "source](operation.md#source_refused) is the usual cause. The next good fetch opens the gate."
            f"{RELEASE}For one pass only: the age grows, so the next pass holds the metric again. Mend the source "
            "instead."
        ),
    },
)
CROSS_CHECKS = RunbookPage(
    id="cross_checks",
    title="Cross checks",
    meaning="Two statements of one number contradict each other, or a number moved further than ever before.",
    look=(
        "tokenshare gates router_tokens_weekly",
        "tokenshare metrics fct_usage_daily",
        "tokenshare metrics router_tokens_weekly",
    ),
    mend=(
        "Compare the key named by the check with the upstream's own page. Wait for the next answer of a feed, or "
        "correct the file, and refresh."
    ),
    release=REAL,
    checks={
        "restated_middle": (
            "One answer restates many days, and the middle one of them by far: counts in another unit, a feed in "
            "another currency, columns that have changed places. Compare a few days with the upstream's own page. The "
            "archive keeps both answers as they came; the next right answer opens the gate."
        ),
        "conflicting_keys": (
            "One answer gave two values for one key, so the pass believes neither. Wait for the next answer of a "
            "feed. In a curated or dropped file, keep one of the two rows named by the check."
            f"{RELEASE}No: a reader cannot guess the right one of the two."
        ),
        "volume_ratio": (
            "Compare the day with the upstream's own chart. The upstream corrects a mistakenly doubled count within "
            "three days, and the correction opens the gate. If a unit has changed for good, change the parser "
            "of the source."
        ),
        "twin_difference": (
            "The Data API and the public export show different shares of one model. Wait for the next answer of "
            "both. If they stay apart, one of them has changed its method: describe the change in the `traps` of the "
            "source, shown on its page under `docs/sources`."
            f"{RELEASE}Only if you know the right one of the two. State it in the reason."
        ),
    },
)
ATTRIBUTION = RunbookPage(
    id="attribution",
    title="Attribution",
    meaning="Nobody can state the vendor or the origin of too many tokens.",
    look=("tokenshare gates router_tokens_weekly", "tokenshare metrics fct_usage_daily"),
    mend=(
        "Add a row with its citation to the seed named below, and refresh. The change is a restatement with "
        "the cause `attribution`."
    ),
    release=(
        "Yes, if the unknown models really are that popular and nobody has named their developers: the bounds show "
        f"how much the share could differ. {COMMAND}"
    ),
    checks={
        "unknown_share": (
            "Find out who is unknown. An unmapped vendor needs a row (`tokenshare mappings add origin NAME`); a "
            "stealth model needs one in the map `stealth_attributions` once its developer has been named."
        ),
        "unknown_wide": (
            "A quarter or more of a recent day is of unknown origin, usually one popular stealth model. "
            "`unknown_share` beside the origin share shows how much, the bounds what it could change. Once its "
            "developer has been named, add a row to `dbt/seeds/stealth_attributions.csv`."
            f"{RELEASE}Nothing to release: this check only alerts."
        ),
        "unmapped_share": (
            "An unmapped vendor has a considerable part. `tokenshare mappings --kind origin` lists such vendors, "
            "the largest first, with proposals; `tokenshare mappings add origin NAME` writes a row."
            f"{RELEASE}Nothing to release: this check only alerts. Until a vendor is mapped, its tokens count as "
            "unknown and widen the bounds."
        ),
        "unmapped_openness_share": (
            "Nobody knows whether the weights of a considerable part are open. `tokenshare mappings --kind openness` "
            "lists such models, the largest first, with what the catalogue says of them; "
            "`tokenshare mappings add openness NAME` writes a row."
            f"{RELEASE}Nothing to release: this check only alerts. Until a model is mapped, its tokens are in the row "
            "`unknown` of the openness shares."
        ),
    },
)
EVIDENCE = (COMPLETENESS, CROSS_CHECKS, ATTRIBUTION)
