"""`init`: the variables of a live set-up, asked for one by one and written to a file for their user alone."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from connectors import secret
from connectors.sources import claims
from connectors.storage.home import atomic_files
from flows.queries.doctor import examine
from flows.settings import Settings, load, name_of
from tokenshare.errors import UsageError
from tokenshare.known_rows import write_rows

HOME = ".tokenshare/live"
_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_BARE = re.compile(r"[A-Za-z0-9_./:@%+,~-]+")
_UNWRITABLE = re.compile(r"['\x00-\x1f\x7f]")
READ_IT = "set -a; . {file}; set +a; tokenshare refresh"


@dataclass(frozen=True)
class Wanted:
    """A variable to ask for: its setting, and what works without it."""

    field: str
    without: str
    is_path: bool = False

    @property
    def name(self) -> str:
        return name_of(self.field)

    @property
    def is_secret(self) -> bool:
        return "SecretStr" in str(Settings.model_fields[self.field].annotation)

    @property
    def description(self) -> str:
        return str(Settings.model_fields[self.field].description)


WANTED = (
    Wanted("home", f"the home is {HOME}", is_path=True),
    Wanted("openrouter_api_key", "usage comes from the public daily exports; all but programming shares work"),
    Wanted("hf_token", "downloads are read too, only more slowly"),
    Wanted("eodhd_api_key", "closes come from your own quotes.csv alone; else market values are inactive"),
    Wanted("edgar_contact", "share counts come from your own share_counts.csv alone; else market values are inactive"),
    Wanted("quotes", "closes and share counts come from their services alone", is_path=True),
    Wanted("curated", "the shipped claims, figures and maps are read, without rows of yours", is_path=True),
)
Ask = Callable[[Wanted], str]
MayReplace = Callable[[str], bool]


def initialise(file: Path, given: Mapping[str, str], environ: Mapping[str, str], ask: Ask, may: MayReplace) -> Any:
    """Ask for what is not given, write the file, and examine the set-up it makes.

    A value in the file stays unless `may` allows its replacement. Raises UsageError, before anything is written, for a
    value that no pass could use.
    """
    text = _read(file)
    standing = dict(_assignments(text.splitlines()))
    answers = {one.name: (given.get(one.field) or ask(one)).strip() for one in WANTED}
    answers[name_of("home")] = answers[name_of("home")] or standing.get(name_of("home"), "") or HOME
    answers |= {one.name: _absolute(answers[one.name]) for one in WANTED if one.is_path and answers[one.name]}
    taken = {name: value for name, value in answers.items() if value and value != standing.get(name)}
    kept = [name for name in taken if standing.get(name) and not may(name)]
    written = {name: value for name, value in taken.items() if name not in kept}
    made = {**environ, **standing, **written}
    merged = _merge(text, written)
    _make_folder(written.get(name_of("curated")))
    settings = load(made)
    secret.replace(file, merged)
    lacking = [one for one in WANTED if not made.get(one.name)]
    return {
        "file": str(file),
        "written": sorted(written),
        "kept": kept,
        "without": [{"name": one.name, "what_works": one.without} for one in lacking],
        "findings": [asdict(finding) for finding in examine(settings, made)],
        "then": READ_IT.format(file=file if file.is_absolute() else f"./{file}"),
    }


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read", "correct it, or name another by --file") from error


def _assignments(lines: Iterable[str]) -> list[tuple[str, str]]:
    found = [match for line in lines if (match := _ASSIGNMENT.fullmatch(line))]
    return [(match[1], match[2].strip().strip("'\"")) for match in found]


def _absolute(text: str) -> str:
    """A path that means the same wherever a pass is started."""
    try:
        return str(Path(text).expanduser().absolute())
    except RuntimeError as error:
        raise UsageError(f"there is no home directory for the ~ in {text}", "write the whole path") from error


def _make_folder(curated: str | None) -> None:
    """Make the folder of the user's rows, if it is missing, with a file of claims that has no row yet."""
    if curated is None or Path(curated).exists():
        return
    try:
        atomic_files.write(Path(curated, claims.TABLE.file), write_rows(claims.WIDEST.columns, []))
    except OSError as error:
        raise UsageError(f"the folder {curated} cannot be made ({error.strerror})", "name another") from error


def _merge(text: str, written: Mapping[str, str]) -> str:
    """The lines of the file with these values in place of theirs, and the new ones behind."""
    lines = [line for line in text.splitlines() if not {name for name, _ in _assignments([line])} & written.keys()]
    return "".join(f"{line}\n" for line in [*lines, *(f"{name}={_quoted(name, written[name])}" for name in written)])


def _quoted(name: str, value: str) -> str:
    """A value as a shell and Compose both read it. Raises UsageError, without the value, if there is no such form."""
    if _UNWRITABLE.search(value):
        raise UsageError(f"{name} has a quote or a control character", "give it without")
    return value if _BARE.fullmatch(value) else f"'{value}'"
