"""Mutants of whole answers: bytes, JSON, CSV, archives and the list of pages, changed by chance."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from tokenshare.sources import Fetch, Page

Change = Callable[[Random, bytes], bytes]
LARGEST = 4 * 1024 * 1024  # of a mutant: a minute of one would be no test of any other
DEEP = (50, 500, 900, 5_000)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, -0.0, 1e308, 10**19, -(2**63), 10**400, "", " ", "0", "-1", "1e999", "NaN"),
    *([], {}, [[]], [None], {"": None}, {"a": {"b": []}}, "9" * 5_000, "x" * 70_000, "\u202e", "\x00", "\x1b[31m"),
    *("\ud800", "\ud83d\ude00", "0001-01-01", "9999-12-31", "2026-02-30", "9999-12-31T23:59:59-14:00", "2026-05-11"),
    *("=1+1", "a,b", 'a"b', "a\nb", "~x", "base_model:a:b:c/d", "http://[", "%", "\u0660", "\uff11"),
)
TYPES = ("", "text/html", "text/csv", "application/json", "application/zip", "application/octet-stream", "\x00;;=")
LINKS = ("", "?cursor=", "?cursor=a", "?cursor=%ff", "http://[", "https://h/api/models?cursor=b&cursor=c", "\x00", "//")


def mutant(name: str, fetch: Fetch) -> Fetch:
    """The fetch with one to three changes of its pages, the same ones for the same name."""
    random = Random(name)
    pages = list(fetch.pages)
    if pages[0].body[:2] == b"PK":
        pages[0] = replace(pages[0], body=_packed(pages[0].body, random.choice(METHODS)))
    for _ in range(random.randint(1, 3)):
        change = random.choice((*[_body] * 8, _about, _order))
        change(random, pages)
    if fetch.source_id == "openrouter_exports" and random.random() < 0.7:
        _sign(pages)
    return Fetch(fetch.source_id, fetch.window, tuple(pages), random.choice(("", "", "the budget is spent")))


def _body(random: Random, pages: list[Page]) -> None:
    if pages:
        at = random.randrange(len(pages))
        body = random.choice(_changes_of(pages[at].body))(random, pages[at].body)
        pages[at] = replace(pages[at], body=body) if len(body) <= LARGEST else pages[at]


def _changes_of(body: bytes) -> tuple[Change, ...]:
    anywhere = (_flip, _cut, _double, _drop, _splice)
    if body[:2] == b"PK":
        return (*anywhere, _flip_header, _flip_header, _repack, _two_files)
    if body.lstrip()[:1] in (b"{", b"["):
        return (*anywhere, *[_node] * 8, _rename, _grow, _nest)
    return (*anywhere, *[_cell] * 8, _rows)


def _about(random: Random, pages: list[Page]) -> None:
    if pages:
        at = random.randrange(len(pages))
        changed = (
            {"content_type": random.choice(TYPES)} if random.random() < 0.3 else {"following": random.choice(LINKS)}
        )
        pages[at] = replace(pages[at], **changed)


def _order(random: Random, pages: list[Page]) -> None:
    if pages:
        page = pages.pop(random.randrange(len(pages)))
        for _ in range(random.randrange(3)):
            pages.insert(random.randint(0, len(pages)), page)


def _sign(pages: list[Page]) -> None:
    """Let the manifest promise the file as it is now, or nobody would read past its digest."""
    try:
        manifest, file = json.loads(pages[0].body), pages[1].body
        manifest["files"]["csv"] |= {"bytes": len(file), "sha256": hashlib.sha256(file).hexdigest()}
        manifest["row_count"] = len(list(csv.reader(io.StringIO(file.decode())))) - 1
        pages[0] = replace(pages[0], body=json.dumps(manifest).encode())
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, csv.Error, RecursionError):
        return


def _slice(random: Random, body: bytes) -> tuple[int, int]:
    start = random.randint(0, len(body))
    return start, min(len(body), start + random.choice((1, 8, 64, 1_000)))


def _flip(random: Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(random.choice((1, 1, 2, 20)) if body else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _flip_header(random: Random, body: bytes) -> bytes:
    """Overwrite a byte of an archive's local header, or of its directory: sizes, methods, flags, counts."""
    changed, directory = bytearray(body), max(body.rfind(b"PK\x01\x02"), 0)
    at = random.choice((random.randrange(30), directory + random.randrange(70)))
    if at < len(changed):
        changed[at] = random.choice((0, 1, 8, 12, 14, 99, 127, 255))
    return bytes(changed)


def _cut(random: Random, body: bytes) -> bytes:
    return body[: random.randint(0, len(body))]


def _double(random: Random, body: bytes) -> bytes:
    start, end = _slice(random, body)
    return body[:end] + body[start:end] * random.choice((1, 2, 500)) + body[end:]


def _drop(random: Random, body: bytes) -> bytes:
    start, end = _slice(random, body)
    return body[:start] + body[end:]


def _splice(random: Random, body: bytes) -> bytes:
    start, _ = _slice(random, body)
    return body[:start] + random.randbytes(random.choice((1, 4, 100))) + body[start:]


def _packed(archive: bytes, method: int, copies: int = 1, repeat: int = 1) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(target, "w", method) as new:
        for number in range(copies):
            new.writestr(f"{number}.csv", (old.read(old.infolist()[0]) * repeat)[:LARGEST])
    return target.getvalue()


def _repack(random: Random, body: bytes) -> bytes:
    return _repacked(body, random.choice(METHODS), repeat=random.choice((1, 1, 2, 2_000)))


def _two_files(random: Random, body: bytes) -> bytes:
    return _repacked(body, random.choice(METHODS), copies=random.choice((0, 2)))


def _repacked(body: bytes, method: int, **how: int) -> bytes:
    try:
        return _packed(body, method, **how)
    except Exception:  # noqa: BLE001  # an earlier change has torn the archive
        return body


def _json(change: Callable[[Random, Any], Any]) -> Change:
    """The change of a document, for bytes; bytes that are no document stay as they are."""

    def changed(random: Random, body: bytes) -> bytes:
        try:
            return json.dumps(change(random, json.loads(body))).encode()
        except (ValueError, RecursionError):
            return body

    return changed


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with every key or index in it."""
    found, rest = [], [document]
    while rest:
        here = rest.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
        found += [(here, key) for key in keys]
        rest += [here[key] for key in keys]
    return found


def _node_of(random: Random, document: Any) -> Any:
    places = _places(document)
    if not places:
        return random.choice(JUNK)
    here, key = random.choice(places)
    here[key] = random.choice(JUNK) if random.random() < 0.8 else [here[key]]
    return document


def _rename_of(random: Random, document: Any) -> Any:
    """One key of one object, or of all objects of that form, gone or called another name."""
    named = [(here, key) for here, key in _places(document) if isinstance(here, dict)]
    if named:
        _, name = random.choice(named)
        chosen = [found for found in named if found[1] == name]
        is_moved = random.random() < 0.5
        for here, key in chosen if random.random() < 0.5 else chosen[:1]:
            value = here.pop(key, None)
            here |= {f"{key}2": value} if is_moved else {}
    return document


def _grow_of(random: Random, document: Any) -> Any:
    """A list of many times its items."""
    lists = [here[key] for here, key in _places(document) if isinstance(here[key], list)]
    lists += [document] if isinstance(document, list) else []
    if lists:
        items = random.choice(lists)
        random.choice(lists).extend(items * min(random.choice((1, 30, 300)), 3_000 // (len(items) or 1)))
    return document


def _nest(random: Random, body: bytes) -> bytes:
    """A value inside many brackets, in the place of a node of the document."""
    mark, depth, pair = '"in here"', random.choice(DEEP), random.choice((("[", "]"), ('{"a":', "}")))
    deep = f"{pair[0] * depth}1{pair[1] * depth}"
    marked = _json(lambda chance, document: _marked(chance, document, mark.strip('"')))(random, body)
    return marked.replace(mark.encode(), deep.encode())


def _marked(random: Random, document: Any, mark: str) -> Any:
    places = _places(document)
    if not places:
        return mark
    here, key = random.choice(places)
    here[key] = mark
    return document


def _csv(change: Callable[[Random, list[list[str]]], None]) -> Change:
    """The change of a table, for bytes; bytes that are no table stay as they are."""

    def changed(random: Random, body: bytes) -> bytes:
        target = io.StringIO(newline="")
        try:
            rows = list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))
            change(random, rows)
            csv.writer(target, lineterminator="\n").writerows(rows)
        except (ValueError, csv.Error):
            return body
        return target.getvalue().encode("utf-8", "surrogatepass")

    return changed


def _cell_of(random: Random, rows: list[list[str]]) -> None:
    cells = [(row, at) for row in rows for at in range(len(row))]
    if cells:
        row, at = random.choice(cells)
        row[at] = str(random.choice(JUNK[:10] + JUNK[11:]))


def _rows_of(random: Random, rows: list[list[str]]) -> None:
    if rows:
        row = random.choice(rows)
        rows.extend(list(row) for _ in range(random.choice((1, 30, 1_000))))
        random.choice(rows).append(random.choice(("", "more")))


_node, _rename, _grow = _json(_node_of), _json(_rename_of), _json(_grow_of)
_cell, _rows = _csv(_cell_of), _csv(_rows_of)
