"""What every killed pass is held against, whatever the point."""

from tests.faults.chains import SHOWN, Accident
from tests.faults.lives import Lives
from tests.faults.passes import KILLED


def survived(lives: Lives, point: str) -> str:
    """Holds the day of that kill against before, after and the twin; says in a few words what was seen."""
    accident = lives.accident(point)
    left = _stood_at(accident, point)
    _ended_as_twin(accident)
    return f"{left}, {len(accident.after.relations)} relations; rerun as its twin, 0 lost, 0 doubled, 0 left over"


def _stood_at(accident: Accident, point: str) -> str:
    """Nothing torn, and all as before or all as after."""
    left, wanted = accident.kills[point], accident.expected if point in SHOWN else accident.before
    assert left.code == KILLED  # an ordinary end would mean that nobody came by
    assert accident.expected.relations != accident.before.relations  # the day had something to say
    for metric, rows in left.shown.relations.items():
        assert rows == wanted.relations[metric], metric
    assert left.shown.publications == wanted.publications
    assert left.torn == []
    return "all as after" if point in SHOWN else "all as before"


def _ended_as_twin(accident: Accident) -> None:
    assert accident.rerun == 0, accident.said
    for metric, rows in accident.expected.relations.items():
        assert accident.after.relations[metric] == rows, metric
    assert accident.after.publications == accident.expected.publications
    assert accident.after.restatements == accident.expected.restatements
    assert accident.after.files == accident.expected.files
    assert accident.litter == accident.losses == []
