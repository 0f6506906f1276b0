"""The Hub's coherence groups: what the landed listings must show before a number made of them is let out."""

from tokenshare.metrics.group import CONFLICTING_KEYS, INCOMPLETE_FETCHES, Evidence, Group, Interval, Provenance

HUB_PROVENANCE = Provenance("int_downloads_provenance", "download_date")
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
)


def counted(id: str) -> Group:
    """A group made of counters."""
    return Group(
        id=id,
        provenance=(HUB_PROVENANCE,),
        measured_by="int_downloads_evidence",
        dated_by="listed_repositories",
        evidence=(*LISTING, *COUNTERS),
        listed=("int_organisations_unmapped",),
    )


def listed(id: str) -> Group:
    """A group made of what is listed, whatever the counters say."""
    return Group(
        id=id,
        provenance=(HUB_PROVENANCE,),
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
