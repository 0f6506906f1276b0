"""The files of a home: all of them, the known names, and the torn payloads."""

from collections.abc import Iterable, Iterator
from hashlib import file_digest
from pathlib import Path

from connectors.storage.home import Home
from connectors.storage.publications.version_files import CURRENT
from tokenshare.offsets import Landed, Range
from tokenshare.publication import Publication

APART = "broker"  # Kafka's own; it may be writing there


def list_files(home: Home) -> list[str]:
    """Every file by its path in the home, without the broker's files and those of another home inside this one."""
    tops = sorted(path for path in home.root.iterdir() if path.name != APART and not (path / "format").exists())
    paths = (path for top in tops for path in ([top] if top.is_file() else sorted(top.rglob("*"))))
    return [path.relative_to(home.root).as_posix() for path in paths if not path.is_dir() or path.is_symlink()]


def name_known(
    ledger: Iterable[Landed], pending: Iterable[Range], obsolete: Iterable[str], publications: Iterable[Publication]
) -> frozenset[str]:
    """The landed, pending and obsolete files, and the files of shown versions and held candidates."""
    ranges = [*(landed.range for landed in ledger), *pending]
    landed = {f"landing/{range.file_name}" for range in ranges} | {f"landing/{name}" for name in obsolete}
    versions = {f"published/{p.metric}/{CURRENT}" for p in publications}
    held = {f"published/{p.metric}/held/{p.version}.parquet" for p in publications if p.status == "held"}
    return frozenset(landed | versions | held)


def find_torn(home: Home) -> Iterator[str]:
    """Archived payloads whose digest differs from their name."""
    for path in sorted(home.archive.glob("*/*/*")):
        if path.is_file() and path.suffix not in (".json", ".tmp") and _digest(path) != path.name:
            yield path.relative_to(home.root).as_posix()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
