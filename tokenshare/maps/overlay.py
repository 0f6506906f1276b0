"""Maps as files: strict reading of a person's rows, and those rows over the shipped ones."""

import unicodedata
from collections.abc import Mapping, Sequence

from tokenshare import known_rows
from tokenshare.errors import ContractViolation
from tokenshare.known_rows import KnownRow, read_csv, write_rows
from tokenshare.maps.declared import MAP_BY_NAME, MAPS, Column, Map

Row = dict[str, str]
Key = tuple[str, ...]


def overlay(shipped: Mapping[str, bytes], own: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    """The files of all maps, by name, with a user's rows over the shipped ones; a map without own rows is unchanged.

    `own` are the user's files in `folder`. Raises ContractViolation, naming file, line and column, for a row that
    cannot be used: one row that is passed over would leave its name unmapped without a word.
    """
    rows = {map.name: read_rows(map, shipped[map.name], map.file) for map in MAPS}
    added = {name: _read_own(MAP_BY_NAME[name], body, f"{folder}/{name}.csv") for name, body in own.items()}
    merged = {name: _merge(MAP_BY_NAME[name], rows[name], [r.cells for r in added.get(name, ())]) for name in rows}
    for name, found in added.items():
        _require_known(MAP_BY_NAME[name], found, merged)
        _require_alone(MAP_BY_NAME[name], found, merged[name])
    changed = {name: write_rows(MAP_BY_NAME[name].header, merged[name]) for name, found in added.items() if found}
    return {**shipped, **changed}


def read_rows(map: Map, body: bytes, file: str) -> list[Row]:
    """The rows of a shipped file, unchecked."""
    return [row.cells for row in read_csv(body, file, map.header)]


def append_row(map: Map, body: bytes, row: Row) -> bytes:
    """A user's file with one row more, in the order of its own columns; an empty one begins with the header.

    Raises ContractViolation if the row has a value for a column that the file lacks.
    """
    return known_rows.append_row(body, map.file, map.header, row)


def _key_of(map: Map, row: Row) -> Key:
    """The key of a row, in the form in which names are compared."""
    return tuple(_folded(row[name]) if map.is_folded else row[name] for name in map.key)


def _read_own(map: Map, body: bytes, file: str) -> list[KnownRow]:
    found = [_checked(map, row) for row in read_csv(body, file, [c.name for c in map.columns if not c.is_optional])]
    seen: dict[tuple[Key, str], KnownRow] = {}
    for row in found:
        at = _key_of(map, row.cells), _beginning(map, row.cells)
        if at in seen:
            row.refuse(map.key[0], f"line {seen[at].number} says the same key: keep one of the two rows")
        seen[at] = row
    return found


def _checked(map: Map, row: KnownRow) -> KnownRow:
    unknown = [name for name in row.cells if name not in map.header]
    if unknown:
        raise ContractViolation(
            f"{row.file} line 1: unknown column {unknown[0]}; the columns are {','.join(map.header)}"
        )
    cells = {name: cell.strip() for name, cell in row.cells.items()}
    return KnownRow(row.file, row.number, {c.name: _read(row, c, cells.get(c.name, "")) for c in map.columns})


def _read(row: KnownRow, column: Column, cell: str) -> str:
    if not cell:
        return cell if column.is_optional else row.refuse(column.name, "it is empty")
    try:
        return column.read(cell)
    except ValueError as error:
        row.refuse(column.name, str(error))


def _merge(map: Map, shipped: Sequence[Row], own: Sequence[Row]) -> list[Row]:
    """Own rows replace shipped ones of their key; in a dated map only that of the same day, if they have a day."""
    replaced = {(_key_of(map, row), _beginning(map, row)) for row in own}
    whole = {key for key, beginning in replaced if not beginning}
    kept = [
        row
        for row in shipped
        if _key_of(map, row) not in whole and (_key_of(map, row), _beginning(map, row)) not in replaced
    ]
    return [*kept, *own]


def _require_known(map: Map, found: Sequence[KnownRow], merged: Mapping[str, Sequence[Row]]) -> None:
    for column in map.columns:
        if column.within:
            other, name = column.within
            known = {*column.besides, *(row[name] for row in merged[other])}
            for row in found:
                value = row.cells[column.name]
                if value not in known:
                    row.refuse(column.name, f"{value[:60]!r} is not in the map {other}: add it to {other}.csv first")


def _require_alone(map: Map, found: Sequence[KnownRow], merged: Sequence[Row]) -> None:
    """No two keys of a map may share some values, such as the model of two names in the price book."""
    owners: dict[Key, set[Key]] = {}
    for other in merged:
        owners.setdefault(tuple(other[name] for name in map.alone), set()).add(_key_of(map, other))
    for row in found:
        values = tuple(row.cells[name] for name in map.alone)
        others = sorted(owners[values] - {_key_of(map, row.cells)}) if map.alone else []
        if others:
            row.refuse(
                map.alone[-1], f"{' '.join(values)} is that of {' '.join(others[0])} already: give that key's row"
            )


def _beginning(map: Map, row: Row) -> str:
    """The day a row speaks from; empty: it speaks for all days."""
    return row["valid_from"] if map.is_dated else ""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower()
