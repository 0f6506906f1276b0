"""The report: one self-contained HTML page, made from the published file alone and replaced atomically."""

from pathlib import Path

from connectors.storage.home import Home, atomic_files, check_rights
from connectors.storage.publications.published import open_published
from flows.report.drawing import Drawings
from flows.report.figures import FIGURES
from flows.report.page import compose
from flows.report.reading import Published


def write(home: Home) -> Path:
    """Write report/index.html of a home, and return its path; raises UsageError if nothing is published yet.

    It raises UsageError, too, if this process may not write in the home.
    """
    check_rights(home)
    path = home.root / "report" / "index.html"
    drawings = Drawings.of_page(path.read_text("utf-8", "replace") if path.exists() else "")
    with open_published(home.published_file):  # once for all queries of the page
        page = compose(Published(home), FIGURES, drawings)
    atomic_files.write(path, page.encode("utf-8"))
    return path
