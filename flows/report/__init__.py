"""The report: one self-contained HTML page, made from the published file alone and replaced atomically."""

import os
from pathlib import Path

from connectors.storage.home import Home, atomic_files, check_rights
from connectors.storage.publications.published import open_published
from flows.report.figures import FIGURES
from flows.report.page import compose
from flows.report.reading import Published
from flows.settings import RUNBOOKS
from flows.setup.shipped import ROOT


def write(home: Home, runbooks: str = RUNBOOKS) -> Path:
    """Write the page of a home, and return its path; raises UsageError if nothing is published yet.

    `runbooks` is the prefix of links to runbooks: an address, or their folder in the project. It raises UsageError,
    too, if this process may not write in the home.
    """
    check_rights(home)
    path = home.page
    earlier = path.read_text("utf-8", "replace") if path.exists() else ""
    with open_published(home.published_file):  # once for all queries of the page
        page = compose(Published(home), FIGURES, earlier, _reached_from(path.parent, runbooks), _beside(home))
    atomic_files.write(path, page.encode("utf-8"))
    return path


def _reached_from(folder: Path, runbooks: str) -> str:
    """The prefix for a page in a folder: a folder of the project is reached by a relative path."""
    return runbooks if "://" in runbooks else f"{os.path.relpath(ROOT / runbooks, folder.resolve())}/"


def _beside(home: Home) -> dict[str, str]:
    """The title of each page written beside this one, by its relative path."""
    pages = {home.models_page: "How each number is made", home.checks_page: "What is checked"}
    return {path.relative_to(home.page.parent).as_posix(): title for path, title in pages.items() if path.exists()}
