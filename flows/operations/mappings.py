"""`mappings add`: one row more in a map of the user, checked with all others before it is written."""

from typing import Any

from connectors.storage.home import Home
from flows.operations.own_rows import own_folder, write_row
from flows.queries.mappings import read_proposal
from flows.settings import Settings
from flows.stages.maps import SHIPPED, map_files, read_maps
from tokenshare.errors import ContractViolation, UsageError
from tokenshare.maps import MAP_BY_NAME, Kind, Map, Row, append_row, overlay, read_rows

VENDORS = MAP_BY_NAME["vendors"]
NEXT = "the next refresh publishes it; what it moves is a restatement with cause attribution"


def add(settings: Settings, kind: Kind, name: str, given: Row, cited: Row) -> dict[str, Any]:
    """Add the row about a name; columns that are not given are those proposed for it.

    A new vendor of an author gets its own row, if its name and country are given. Raises UsageError if there is no
    folder of maps, or the row cannot be used, or its key has a row already.
    """
    folder = own_folder(settings)
    merged = read_maps(folder)
    values = {**read_proposal(Home(settings.home), kind.id, name), **given, kind.column: name}
    rows = _rows(kind.map, values, cited, _known_vendors(merged))
    own = map_files(folder)
    try:
        bodies = {map.name: append_row(map, own.get(map.name, b""), row) for map, row in rows}
        overlay(map_files(SHIPPED), {**own, **bodies}, str(folder))
    except ContractViolation as problem:
        raise UsageError(str(problem), f"nothing was written; {_usage(kind.map)}") from None
    return {"added": [write_row(folder, map.file, bodies[map.name], row) for map, row in rows], "then": NEXT}


def _rows(map: Map, values: Row, cited: Row, vendors: set[str]) -> list[tuple[Map, Row]]:
    """The rows to add: that of the map, and before it that of a new vendor with a country."""
    is_new = map is MAP_BY_NAME["authors"] and values.get("vendor_id") not in vendors and "country_code" in values
    maps = [VENDORS, map] if is_new else [map]
    known = {name for found in maps for name in found.header}
    if map is MAP_BY_NAME["authors"] and not is_new:
        values = {name: value for name, value in values.items() if name != "vendor_name"}
    strange = sorted(values.keys() - known)
    if strange:
        raise UsageError(f"the map {map.name} has no column {strange[0]}", _usage(map))
    return [(found, {name: {**values, **cited}.get(name, "") for name in found.header}) for found in maps]


def _known_vendors(merged: dict[str, bytes]) -> set[str]:
    return {row["vendor_id"] for row in read_rows(VENDORS, merged[VENDORS.name], VENDORS.file)}


def _usage(map: Map) -> str:
    needed = [column.name for column in map.columns if not column.is_optional]
    text = f"{map.name} needs {', '.join(needed)}, each given as COLUMN=VALUE, but for --citation and --known-from"
    return f"{text}; a new vendor also vendor_name=NAME country_code=XX" if map.name == "authors" else text
