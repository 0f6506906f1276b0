"""The kinds of unmapped names that a home lists, and the map that takes each."""

from dataclasses import dataclass

from tokenshare.maps.declared import MAP_BY_NAME, MAPS, Map


@dataclass(frozen=True)
class Kind:
    """A kind of names: the map that knows them, and its column for the name."""

    id: str
    map: Map
    column: str


# As in `catalog.unmapped`.
LISTED = (
    Kind("origin", MAP_BY_NAME["authors"], "author"),
    Kind("openness", MAP_BY_NAME["model_openness"], "model_id"),
    Kind("price", MAP_BY_NAME["price_book_models"], "model_id"),
    Kind("organisation", MAP_BY_NAME["hub_organisations"], "organisation"),
    Kind("ticker", MAP_BY_NAME["company_lines"], "symbol"),
)
# A row of any map may be added, by the name of the map.
KIND_BY_ID = {kind.id: kind for kind in (*LISTED, *(Kind(map.name, map, map.key[0]) for map in MAPS))}
