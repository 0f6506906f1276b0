"""The report: one self-contained HTML page, made from the published file alone and replaced atomically."""

from pathlib import Path

from connectors.storage.home import Home, atomic_files, check_rights
from flows.report.figures import FIGURES
from flows.report.page import compose
from flows.report.reading import Published


def write(home: Home) -> Path:
    """Write report/index.html of a home, and return its path; raises UsageError if nothing is published yet.

    It raises UsageError, too, if this process may not write in the home.
    """
    check_rights(home)
    published = Published(home)
    path = home.root / "report" / "index.html"
    atomic_files.write(path, compose(published, FIGURES).encode("utf-8"))
    return path
