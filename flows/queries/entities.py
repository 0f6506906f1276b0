"""Known entities of claims: a misspelt name is an error, not a lack of data."""

import re
from typing import NamedTuple

from connectors.storage.home import Home
from connectors.storage.publications import catalog
from tokenshare import claims
from tokenshare.closest import unknown


class Names(NamedTuple):
    """A kind of entity, the query listing its names, and the pattern between several names."""

    kind: str
    query: str
    between: str = "[/+]"


VENDORS = Names("vendor", "SELECT DISTINCT vendor_id FROM marts.dim_vendors UNION SELECT 'unknown' ORDER BY 1")
FAMILIES = Names(
    "family", "SELECT family_id FROM marts.dim_families UNION SELECT vendor_id FROM marts.dim_families ORDER BY 1"
)
MODELS = Names(
    "model",
    "SELECT DISTINCT unnest([model_id, regexp_replace(model_id, '-20[0-9]{6}$', '')]) "
    "FROM metrics.list_price_daily ORDER BY 1",
    between=":",
)
COMPANIES = Names("company", "SELECT company_id FROM marts.dim_companies ORDER BY 1")
PARTS = "SELECT company_id FROM marts.dim_companies WHERE {} UNION SELECT 'total' ORDER BY 1"
NAMES = {
    **dict.fromkeys(("vendor_share", "vendor_programming_share"), VENDORS),
    **{about.name: FAMILIES for about in claims.HUB if about.entity},
    **{about.name: MODELS for about in claims.PRICES},
    **{about.name: COMPANIES for about in claims.MARKETS},
    "pureplay_value": Names("pure-play", PARTS.format("is_pureplay")),
    "platform_value": Names("platform company", PARTS.format("is_platform")),
}


def require_known_entity(home: Home, about: str, entity: str) -> None:
    """Raise UsageError if a name in `entity` is not a known one; a subject without a list of names accepts any."""
    if about not in NAMES:
        return
    names = NAMES[about]
    known = [name for row in catalog.read_query(home, names.query, []) for name in row.values()]
    for name in re.split(names.between, entity):
        if name not in known:
            raise unknown(f"there is no {names.kind} {name}", name, known)
