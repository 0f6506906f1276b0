"""Maps: curated tables from a name to its meaning, shipped as dbt seeds and overlaid row by row by their user; pure."""

from tokenshare.maps.declared import MAP_BY_NAME, MAPS, Map
from tokenshare.maps.overlay import Row, key_of, overlay, read_rows, write_rows

__all__ = ["MAPS", "MAP_BY_NAME", "Map", "Row", "key_of", "overlay", "read_rows", "write_rows"]
