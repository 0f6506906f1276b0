"""Maps: curated tables from a name to its meaning, shipped as dbt seeds and overlaid row by row by their user; pure."""

from tokenshare.maps.declared import MAP_BY_NAME, MAPS, Map
from tokenshare.maps.kinds import KIND_BY_ID, LISTED, Kind
from tokenshare.maps.overlay import Row, append_row, overlay, read_rows

__all__ = ["KIND_BY_ID", "LISTED", "MAPS", "MAP_BY_NAME", "Kind", "Map", "Row", "append_row", "overlay", "read_rows"]
