"""The page people look at: one self-contained file, made from the published file alone and swapped in whole."""

from pathlib import Path

from connectors.storage.home import Home, atomic_files
from flows.report.figures import FIGURES
from flows.report.page import compose
from flows.report.reading import Published


def write(home: Home) -> Path:
    """Writes report/index.html of a home; raises UsageError where nothing is published yet."""
    published = Published(home)
    path = home.root / "report" / "index.html"
    atomic_files.write(path, compose(published, FIGURES).encode("utf-8"))
    return path
