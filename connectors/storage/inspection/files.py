"""The files of a home: all of them, the known names, and the torn payloads."""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from connectors import drafts
from connectors.storage.home import KINDS, Home
from connectors.storage.home.objects import names_in
from connectors.storage.publications.version_files import CURRENT
from tokenshare.offsets import Landed, Range
from tokenshare.publication import Publication

PAYLOAD = re.compile(r"[^/]+/[^/]+/([^/]+)(?<!\.json)(?<!\.tmp)")
APART = "broker"  # Kafka's own; it may be writing there


def list_files(home: Home) -> list[str]:
    """Every file by its path in the home, without the broker's, those of another home inside it, and unfinished drafts.

    A draft is unfinished while its writer lives. A file of a folder outside has the path that it would have inside, and
    one that a killed move left inside says so.
    """
    apart = [kind for kind in KINDS if home.folder(kind) != home.root / kind]
    tops = sorted(path for path in home.root.iterdir() if path.name != APART and not (path / "format").exists())
    paths = (path for top in tops for path in ([top] if top.is_file() else sorted(top.rglob("*"))))
    files = (path for path in paths if path.is_symlink() or not (path.is_dir() or _is_being_written(path)))
    inside = [path.relative_to(home.root).as_posix() for path in files]
    inside = [f"{path} inside the home" if path.split("/")[0] in apart else path for path in inside]
    return inside + [f"{kind}/{name}" for kind in apart for name in names_in(home.folder(kind))]


def _is_being_written(path: Path) -> bool:
    return path.match(drafts.PATTERN) and not drafts.is_abandoned(path)


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
    archive = home.archive
    for name in names_in(archive):
        digest = PAYLOAD.fullmatch(name)
        if digest and sha256((archive / name).read_bytes()).hexdigest() != digest[1]:
            yield f"archive/{name}"
