"""Closes of an exported file, added to the quotes.csv of a user's own folder."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from connectors.sources.listings import describe_unknown, describe_weekends
from connectors.sources.quote_exports import read_export
from connectors.sources.quotes_file import TABLE
from connectors.storage.home import atomic_files
from flows.operations.name_closes import Close, name_closes
from flows.settings import Settings, name_of
from flows.setup.listed_lines import read_currencies
from tokenshare.errors import ContractViolation, UsageError
from tokenshare.folder_files import read_file
from tokenshare.known_rows import KnownRow, decode_text, name_columns, read_csv, select_known, split_cells

ADJUSTED = "exports adjust closes for later splits: before a split they are not the prices as traded"
SECOND = timedelta(seconds=1)

Key = tuple[str, str]
Read = TypeVar("Read")


@dataclass(frozen=True)
class ImportRequest:
    """A file to import at a moment, and what the user says about it; `replaces` changes closes that stand."""

    file: Path
    at: datetime
    symbol: str = ""
    currency: str = ""
    order: str | None = None
    decimal: str | None = None
    replaces: bool = False


def import_quotes(settings: Settings, request: ImportRequest) -> dict[str, Any]:
    """Add the closes of a file that do not stand yet, and describe them. Nothing is written if anything is unclear."""
    target, lines, name = _target(settings), read_currencies(settings), request.file.name
    export = _read(request.file, lambda body: read_export(body, name, request.order, request.decimal))
    named = name_closes(export.closes, request.file.stem, request.symbol, request.currency, lines)
    fit, unfit = _sift(named, request.at)
    aside = [*export.aside, *unfit]
    if not fit:
        raise UsageError(f"no row of {name} can be imported", aside[0] if aside else "add a row below its header")
    standing = _standing(target, request.at)
    added = [close for close in fit if _key(close) not in standing]
    changed = [close for close in fit if _key(close) in standing and not _agrees(close, standing[_key(close)])]
    taken = [*added, *(changed if request.replaces else [])]
    if taken:
        _append(target, taken, _known_at(taken, standing, request.at))
    return {
        "file": name,
        "into": str(target),
        "added": len(added),
        "replaced": len(taken) - len(added),
        "unchanged": len(fit) - len(added) - len(changed),
        "aside": [*aside, *([] if request.replaces else map(_keeps, changed))],
        "warnings": [
            *describe_unknown((close.symbol for close in fit), lines),
            *describe_weekends(close.date for close in fit),
            *([ADJUSTED] if taken else []),
        ],
        "closes": [asdict(close) for close in taken],
    }


def _target(settings: Settings) -> Path:
    """The file to add to. Raises UsageError unless its folder is set and exists."""
    setting = name_of("quotes")
    if settings.quotes is None:
        raise UsageError("there is no folder for your closes", f"set {setting} to a folder of yours")
    folder = settings.quotes.expanduser()
    if not folder.is_dir():
        raise UsageError(f"{setting} is {folder}, which is not a folder", "make it, or correct the setting")
    return folder / TABLE.file


def _own(target: Path) -> bytes:
    return read_file(target.parent, target.name)


def _read(path: Path, reader: Callable[[bytes], Read], opened: Callable[[Path], bytes] = Path.read_bytes) -> Read:
    """What the reader makes of a file's bytes. Raises UsageError naming the file."""
    try:
        return reader(opened(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", "name a file with closes") from error
    except ContractViolation as error:
        raise UsageError(str(error), "correct the file or export it again") from error


def _sift(closes: Sequence[Close], at: datetime) -> tuple[list[Close], list[str]]:
    """The closes to import, one of each line and session, and the reasons of the others."""
    stated: dict[Key, set[Decimal]] = defaultdict(set)
    for close in closes:
        stated[_key(close)].add(Decimal(close.close))
    fit: dict[Key, Close] = {}
    aside = []
    for close in closes:
        if close.date >= at.date():
            aside.append(f"{close.place}: the session of {close.date} may not have ended yet")
        elif len(stated[_key(close)]) > 1:
            aside.append(f"{close.place}: the file has several closes of {close.symbol} on {close.date}")
        else:
            fit.setdefault(_key(close), close)
    return list(fit.values()), aside


def _standing(target: Path, at: datetime) -> Mapping[Key, KnownRow]:
    """The rows that stand in the file at a moment, by line and session."""
    if not target.exists():
        return {}
    rows = _read(target, lambda body: select_known(read_csv(body, TABLE.file, TABLE.columns), TABLE, at).rows, _own)
    return {(row.cells["symbol"].upper(), row.cells["date"]): row for row in rows}


def _agrees(close: Close, row: KnownRow) -> bool:
    """True if the row states the same final close."""
    try:
        is_same = Decimal(row.cells["close"]) == Decimal(close.close)
    except InvalidOperation:
        return False
    return is_same and row.cells["currency"] == close.currency and row.cells["is_partial"].lower() != "true"


def _known_at(taken: Sequence[Close], standing: Mapping[Key, KnownRow], at: datetime) -> datetime:
    """Now, or a second after the rows to replace: rows known together would contradict each other."""
    replaced = [standing[_key(close)].known_at for close in taken if _key(close) in standing]
    return max([at, *(moment + SECOND for moment in replaced)])


def _append(target: Path, closes: Sequence[Close], known_at: datetime) -> None:
    """Write the file with rows more, under its own header."""
    text = decode_text(_own(target), TABLE.file) if target.exists() else f"{','.join(TABLE.columns)}\n"
    header = name_columns(next(split_cells(text, TABLE.file))[1])
    rows = io.StringIO(newline="")
    writer = csv.DictWriter(rows, header, restval="", lineterminator="\r\n" if "\r\n" in text else "\n")
    stamp = known_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    for close in closes:
        stated = {name: str(getattr(close, name)) for name in ("symbol", "date", "close", "currency")}
        writer.writerow({"known_at": stamp, **stated, "is_partial": "false"})
    ended = text if text.endswith(("\n", "\r")) else text + writer.writer.dialect.lineterminator
    atomic_files.write(target, (ended + rows.getvalue()).encode())


def _key(close: Close) -> Key:
    return close.symbol, close.date.isoformat()


def _keeps(close: Close) -> str:
    return f"{close.place}: another close of {close.symbol} stands for {close.date}; --replace takes {close.close}"
