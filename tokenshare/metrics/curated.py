"""Facts without a feed: disclosed figures and their quotients, leaderboards, releases, and watches."""

from dataclasses import replace

from tokenshare import rows
from tokenshare.metrics.group import (
    CONFLICTING_KEYS,
    INCOMPLETE_FETCHES,
    NEAREST_RATIO,
    RESTATED_RATIO,
    RESTATED_UNITS,
    SERIES_RATIO,
    WITHDRAWN_ROWS,
    Evidence,
    Following,
    Group,
    Interval,
    Provenance,
    about,
)
from tokenshare.metrics.hub import LISTING_PROVENANCE, TRENDING
from tokenshare.metrics.markets import FX_SOURCES, RATE_EVIDENCE, RATE_PROVENANCE
from tokenshare.metrics.metric import Metric
from tokenshare.topics import (
    DISCLOSURE_OBSERVED,
    DOWNLOADS_OBSERVED,
    FETCH_COMPLETED,
    FX_OBSERVED,
    LEADERBOARD_OBSERVED,
    RELEASE_OBSERVED,
)

# What was disclosed stays disclosed: a curated figure has a date and does not grow old, so there is no freshness.
EVIDENCE = (INCOMPLETE_FETCHES, CONFLICTING_KEYS, WITHDRAWN_ROWS)
FIGURES = (*EVIDENCE, RESTATED_RATIO, RESTATED_UNITS, SERIES_RATIO, NEAREST_RATIO)
SCORES = (
    *(*EVIDENCE, RESTATED_RATIO),
    Evidence(
        SERIES_RATIO.name,
        Interval(1, 10),
        "How many times a score is the middle one of the same entry known before it.",
        is_occasional=True,
    ),
    Evidence(
        NEAREST_RATIO.name,
        Interval(1, 50),
        "How many times a score is the nearest one of its board. Percent beside parts of 1 is a hundredfold.",
        is_occasional=True,
    ),
)
DISCLOSED = Provenance("int_disclosures_selected", "fact_date")
RANKED = Provenance("int_entries_selected", "ranking_date")
RELEASED = Provenance("int_releases_selected", "release_date")
CURATED = "curated by hand: what the cited sources say and no more"


STANDS_ALONE = Following()


def _group(
    id: str,
    measured_by: str,
    evidence: tuple[Evidence, ...],
    *provenance: Provenance,
    follows: Following = STANDS_ALONE,
) -> Group:
    return Group(id, provenance=provenance, measured_by=measured_by, evidence=evidence, follows=follows)


CURATED_GROUPS = (
    _group(
        "disclosed_value",
        "int_converted_evidence",
        (*about([DISCLOSED], *FIGURES), *RATE_EVIDENCE),
        *(DISCLOSED, RATE_PROVENANCE),
    ),
    _group("disclosed_ratio", "int_disclosure_evidence", FIGURES, DISCLOSED),
    _group("fct_disclosures", "int_disclosure_evidence", FIGURES, DISCLOSED),
    _group("leaderboard_rank", "int_entry_evidence", SCORES, RANKED),
    _group("release_cadence", "int_release_evidence", EVIDENCE, RELEASED),
    _group(
        "watch_status",
        "int_watch_evidence",
        FIGURES,
        *(replace(read, is_borrowed=True) for read in (DISCLOSED, RANKED, LISTING_PROVENANCE)),
        follows=Following((TRENDING.id,)),
    ),
)

CURATED_METRICS = (
    Metric(
        id="disclosed_value",
        title="Disclosed figures",
        unit="as the row says",
        row=rows.DisclosedValue,
        grain=("fact_id", "company_id", "fact_date"),
        method="The range that the cited source gives, in its own unit; money also in USD, at the rate of its date for "
        "a stock and at the average rate of its period for a flow. `own_usd` is what the source itself says in USD.",
        denominator="none",
        coverage=CURATED,
        exclusions="money in a currency without a rate has no USD, and `usd_basis` says so",
        group="disclosed_value",
        topics=(DISCLOSURE_OBSERVED, FX_OBSERVED, FETCH_COMPLETED),
        needs=(("disclosures",),),
        aided_by=FX_SOURCES,
        window="history",
        freshness=None,
        laws=("range_is_ordered", "usd_follows_the_currency", "own_usd_agrees"),
    ),
    Metric(
        id="disclosed_ratio",
        title="Quotients of disclosed figures",
        unit="ratio",
        row=rows.DisclosedRatio,
        grain=("ratio_id",),
        method="One disclosed figure over another, newest over newest or over the one before, as the range that both "
        "ranges allow.",
        denominator="the figure that denominator_fact names",
        coverage=CURATED,
        group="disclosed_ratio",
        topics=(DISCLOSURE_OBSERVED, FETCH_COMPLETED),
        needs=(("disclosures",),),
        window="snapshot",
        freshness=None,
        laws=("range_is_ordered",),
    ),
    Metric(
        id="leaderboard_rank",
        title="Leaderboards",
        unit="rank",
        row=rows.LeaderboardRank,
        grain=("board_id", "ranking_date", "board_rank", "entry_id"),
        method="Place by score among the entries that were quoted of a board on a day; equal scores share a place and "
        "the next follows without a gap. open_rank is among entries whose weights can be downloaded.",
        denominator="none",
        coverage=CURATED,
        exclusions="entries that nobody quoted: a place is among those listed",
        group="leaderboard_rank",
        topics=(LEADERBOARD_OBSERVED, FETCH_COMPLETED),
        needs=(("leaderboards",),),
        window="day",
        freshness=None,
        laws=("places_follow_scores", "open_places_follow_scores"),
    ),
    Metric(
        id="release_cadence",
        title="Releases of a lab in a year",
        unit="count",
        row=rows.ReleaseCadence,
        grain=("vendor_id", "release_date", "release"),
        method="Per release, the major releases of the same vendor in the 365 days that end with it.",
        denominator="none",
        exclusions="updates of a generation count for nothing, and are listed",
        coverage=CURATED,
        group="release_cadence",
        topics=(RELEASE_OBSERVED, FETCH_COMPLETED),
        needs=(("releases",),),
        window="history",
        freshness=None,
        laws=("a_major_release_counts_itself",),
    ),
    Metric(
        id="watch_status",
        title="What to watch",
        unit="as the row says",
        row=rows.WatchStatus,
        grain=("watch_id",),
        method="Newest reading of each watch against its threshold: crossed, near (within a tenth), quiet, or no_data; "
        "since the first of the readings that agree. Ranges are read at their low end.",
        denominator="none",
        coverage="the watches of the seed `watches`",
        group="watch_status",
        topics=(DISCLOSURE_OBSERVED, LEADERBOARD_OBSERVED, DOWNLOADS_OBSERVED, FETCH_COMPLETED),
        needs=(("disclosures", "leaderboards"),),
        aided_by=("huggingface_hub",),
        window="snapshot",
        freshness=None,
        laws=("state_follows_value",),
    ),
    Metric(
        id="fct_disclosures",
        title="Disclosed figures as stated",
        unit="as the row says",
        row=rows.Disclosure,
        grain=("fact_id", "company_id", "fact_date"),
        method="The rows of the curated file that hold, in their own units.",
        denominator="none",
        coverage=CURATED,
        group="fct_disclosures",
        topics=(DISCLOSURE_OBSERVED, FETCH_COMPLETED),
        needs=(("disclosures",),),
        window="day",
        freshness=None,
        schema="marts",
        laws=("range_is_ordered",),
    ),
)
