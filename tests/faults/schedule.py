"""Which faults share a pass: as many as can be told apart."""

from collections.abc import Mapping

from tests.faults.sources import FOLLOWED, Cell


def collide(one: Cell, other: Cell) -> bool:
    """Whether one pass could not tell two faults apart."""
    said = [
        {(metric, *told) for metrics, told in cell.held.items() if told[0] != FOLLOWED for metric in metrics}
        for cell in (one, other)
    ]
    return bool(said[0] & said[1])


def passes(table: Mapping[str, Mapping[str, Cell]]) -> list[dict[str, str]]:
    """Which fault of which file comes in which pass: each in one, many in each, never two that would be one.

    What is refused comes before what lands, for bad numbers stay until their file is stated again; between the two,
    and where faults would meet, a file is served as it should be.
    """
    waiting = {name: in_order(cells) for name, cells in table.items()}
    landed: set[str] = set()
    made: list[dict[str, str]] = []
    while any(waiting.values()):
        chosen: dict[str, str] = {}
        for name in sorted(waiting, key=lambda name: -len(waiting[name])):
            for fault in waiting[name][:1]:
                cell = table[name][fault]
                rivals = [table[other][taken] for other, taken in chosen.items()]
                if not (name in landed and not cell.held) and not any(collide(cell, rival) for rival in rivals):
                    chosen[name] = waiting[name].pop(0)
        landed = {name for name, fault in chosen.items() if table[name][fault].held}
        made.append(chosen)
    return made


def in_order(cells: Mapping[str, Cell]) -> list[str]:
    """The faults of a file that have a meaning, those that land last."""
    meant = [fault for fault, cell in cells.items() if cell.edit]
    return sorted(meant, key=lambda fault: bool(cells[fault].held))
