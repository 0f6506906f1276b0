"""Downloads, derivatives and trending of open models on the Hub."""

from typing import Any

from pydantic import BaseModel

from tokenshare import rows
from tokenshare.metrics.group import CONFLICTING_KEYS, INCOMPLETE_FETCHES, Evidence, Group, Interval, Provenance
from tokenshare.metrics.metric import Metric
from tokenshare.topics import DOWNLOADS_OBSERVED, FETCH_COMPLETED

# Counters and listings share a reading, and a finding about the counters takes no day from the listings.
LISTING_PROVENANCE = Provenance("int_downloads_provenance", "download_date", by_whole_days=True)
COUNTER_PROVENANCE = Provenance("int_counters_provenance", "download_date", by_whole_days=True)
HUB_SOURCES = ("huggingface_hub",)

LISTED = Evidence(
    "listed_repositories",
    Interval(1, 1e9),
    "Repositories listed on a day. An empty Hub is an answer, and not a listing.",
)
GONE = Evidence(
    "gone_share",
    Interval(0, 0.2),
    "Part of the official repositories of the reading before that a day no longer lists, from three on. Some are "
    "withdrawn; a fifth at once is a listing cut short.",
    is_occasional=True,
)
LISTING = (LISTED, GONE, CONFLICTING_KEYS, INCOMPLETE_FETCHES)
COUNTERS = (
    Evidence(
        "counted_downloads",
        Interval(1, 1e18),
        "All all-time counters of a day, added up. All of them at zero is a counter switched off, not a Hub unread.",
    ),
    Evidence(
        "counted_share",
        Interval(0.5, 1),
        "Part of a day's repositories with an all-time counter. The Hub shows nearly all of them.",
    ),
    Evidence(
        "fallen_share",
        Interval(0, 0.1),
        "Part of the counters that stand below the reading before, from three on. One or two fall by themselves and "
        "are flagged as resets; many at once are the Hub's fault, and no number is made of them.",
        is_occasional=True,
    ),
    Evidence(
        "middle_growth",
        Interval(0, 1),
        "What the middle repository's counter gains in a day, as a part of it, from three on. One may take off; all of "
        "them at once are counted in another way.",
        is_occasional=True,
    ),
    Evidence(
        "counter_rise",
        Interval(0, 2),
        "What one repository's counter rose by since the reading before, at most thirty days ago, as a multiple of its "
        "own downloads in the last thirty days. More is impossible: a counter inflated, or a unit changed.",
        is_occasional=True,
    ),
)


def counted(id: str) -> Group:
    """A group made of counters."""
    return Group(
        id=id,
        provenance=(COUNTER_PROVENANCE,),
        measured_by="int_downloads_evidence",
        dated_by="listed_repositories",
        evidence=(*LISTING, *COUNTERS),
        listed=("int_organisations_unmapped", "int_mapping_hub"),
    )


def listed(id: str) -> Group:
    """A group made of the listings alone, whatever the counters are."""
    return Group(
        id=id,
        provenance=(LISTING_PROVENANCE,),
        measured_by="int_listing_evidence",
        dated_by="listed_repositories",
        evidence=LISTING,
    )


DOWNLOADS = counted("family_downloads")
CHINA_DOWNLOADS = counted("china_download_share_trailing_year")
DERIVATIVES = listed("family_derivatives_daily")
NEW_DERIVATIVES = listed("new_derivative_share_monthly")
TRENDING = listed("trending_top10_daily")
FAMILIES = Group("dim_families")
HUB_GROUPS = (DOWNLOADS, CHINA_DOWNLOADS, DERIVATIVES, NEW_DERIVATIVES, TRENDING, FAMILIES)

OFFICIAL = "repositories of the families' official organisations; quantisers and fine-tunes by others are not"
REACHED = "public repositories that the listings reach: official organisations whole, the Hub by downloads to 99 %"


def hub_metric(id: str, title: str, row: type[BaseModel], **declared: Any) -> Metric:
    """A metric made of the Hub's listings."""
    given: dict[str, Any] = {
        "unit": "repositories",
        "grain": ("download_date", "family_id"),
        "denominator": "none",
        "group": id,
        "topics": (DOWNLOADS_OBSERVED, FETCH_COMPLETED),
        "needs": (HUB_SOURCES,),
        "window": "history",
        "exclusions": "private repositories",
        "coverage": REACHED,
    }
    return Metric(id=id, title=title, row=row, **{**given, **declared})


HUB_METRICS = (
    hub_metric(
        "family_downloads_daily",
        "Downloads of a model family",
        rows.FamilyDownloadsDaily,
        unit="downloads",
        method="All-time counters of the family's official repositories on the day, added up; the flow is what they "
        "rose since the reading before, however many days that is. Where one fell or went away the row is a reset "
        "and has no flow. A renamed repository is the same one.",
        exclusions="quantised copies and fine-tunes by others; private repositories",
        coverage=OFFICIAL,
        group=DOWNLOADS.id,
        laws=("repositories_make_family_total", "resets_have_no_flow"),
    ),
    hub_metric(
        "family_derivatives_daily",
        "Models derived from a family",
        rows.FamilyDerivativesDaily,
        grain=("download_date", "family_id", "relation"),
        window="day",
        method="Repositories that declare a direct base model of the family, each once a relation, and once in `any`. "
        "One that names bases of two families counts for both, so families have no total. `tagged` counts those with "
        "the family's tag, declared or not. Counts are of what was listed: lower bounds.",
        group=DERIVATIVES.id,
        laws=("any_is_no_less_than_its_parts",),
    ),
    hub_metric(
        "new_derivative_share_monthly",
        "A family's part of a month's new derivatives",
        rows.NewDerivativeShareMonthly,
        unit="ratio",
        grain=("month_start_date", "family_id"),
        method="Of the text-generation repositories created in the month that declare any base model, the part that "
        "declares one of the family. As the newest reading lists them: survivors only, withdrawn ones are unknown.",
        denominator="the month's text-generation repositories that declare any base model; families overlap",
        group=NEW_DERIVATIVES.id,
        laws=("derivative_share_is_quotient",),
    ),
    hub_metric(
        "china_download_share_trailing_year",
        "Chinese share of downloads over a year",
        rows.ChinaDownloadShareTrailingYear,
        unit="ratio",
        grain=("download_date",),
        method="Downloads of repositories of Chinese organisations over those of all that were listed, as counters "
        "rose between the newest reading at least 365 days earlier and this one. No share until there is one. "
        "A counter that fell adds nothing for that step; an organisation nobody mapped counts against.",
        denominator="downloads of all listed repositories within the window, unmapped organisations included",
        group=CHINA_DOWNLOADS.id,
        laws=("download_share_is_quotient",),
    ),
    hub_metric(
        "trending_top10_daily",
        "The Hub's ten trending models",
        rows.TrendingTop10Daily,
        unit="score",
        grain=("download_date", "trending_rank"),
        method="The ten highest trending scores of the day's reading, ties by name; chinese_so_far_count counts the "
        "repositories of Chinese organisations down to this rank.",
        window="day",
        group=TRENDING.id,
        laws=("trending_ranks_are_dense",),
    ),
)

HUB_MARTS = (
    hub_metric(
        "fct_downloads_daily",
        "Counters of official repositories, daily",
        rows.DownloadsDaily,
        unit="downloads",
        grain=("download_date", "hub_id"),
        method="Counters as the day's newest complete reading lists them, for the families' official repositories.",
        coverage=OFFICIAL,
        schema="marts",
        group=DOWNLOADS.id,
    ),
    Metric(
        id="dim_families",
        title="Families of open models",
        unit="",
        row=rows.Family,
        grain=("family_id",),
        method="Families with their vendor, its country and their official organisations on the Hub, cited.",
        denominator="none",
        coverage="curated",
        group=FAMILIES.id,
        topics=(),
        needs=(),
        window="snapshot",
        freshness=None,
        schema="marts",
    ),
)
