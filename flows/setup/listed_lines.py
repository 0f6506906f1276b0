"""The listed lines of companies: the shipped seed, with the rows of one's own curated folder over it."""

from collections.abc import Mapping
from pathlib import Path

from flows.settings import Settings
from flows.setup.shipped import PROJECT
from tokenshare.errors import ContractViolation, UsageError
from tokenshare.folder_files import has_file, read_file
from tokenshare.known_rows import read_csv

FILE = "company_lines.csv"
SHIPPED = PROJECT / "seeds"


def read_currencies(settings: Settings) -> Mapping[str, str]:
    """The currency of each listed line, by its symbol. Raises UsageError for an unreadable file."""
    own = [settings.curated] if settings.curated else []
    rows = [row for folder in (SHIPPED, *own) if has_file(folder, FILE) for row in _read(folder)]
    return dict(rows)


def _read(folder: Path) -> list[tuple[str, str]]:
    try:
        rows = read_csv(read_file(folder, FILE), FILE, ("symbol", "currency"))
    except (OSError, ContractViolation) as error:
        raise UsageError(f"{folder / FILE} cannot be read ({error})", "correct it") from error
    return [(row.cells["symbol"], row.cells["currency"]) for row in rows]
