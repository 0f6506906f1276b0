"""The example rows of the docs are whole: each is read by its source as it stands, beside the shipped rows."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.sources import SOURCES
from connectors.sources.files import SHIPPED, FileSession
from tests.docs.blocks import DOCS, PAGES, documented
from tokenshare.sources import Fetch, Source, Window

AT = datetime(2026, 11, 1, tzinfo=UTC)
WINDOW = Window(date(2026, 1, 1), AT.date(), AT)
WRITTEN = [source for source in SOURCES if source.example]
SOURCES_PAGES = DOCS / "sources"  # rendered from the examples themselves
BLOCKS = [(page.name, text) for page in PAGES if page.parent != SOURCES_PAGES for text in documented("csv", [page])]


def source_of(block: str) -> Source:
    """The source with most of its columns in the header."""
    names = set(block.splitlines()[0].split(","))
    (found,) = [one for one in WRITTEN if set(one.example.splitlines()[0].split(",")) <= names]
    return found


@pytest.mark.parametrize(("page", "block"), BLOCKS, ids=[f"{page}-{source_of(text).id}" for page, text in BLOCKS])
def test_a_row_of_the_docs_is_read_as_it_stands(page: str, block: str, tmp_path: Path) -> None:
    source = source_of(block)
    (tmp_path / source.world_file).write_text(block)
    session = FileSession((SHIPPED,), tmp_path) if source.ships else FileSession((tmp_path,))
    parsed = source.parse(Fetch(source.id, WINDOW, tuple(source.fetch(session, WINDOW))))
    alone = len((SHIPPED / source.world_file).read_text().splitlines()) - 1 if source.ships else 0
    assert (len(parsed.events), parsed.rejected, parsed.withdrawn) == (alone + 1, (), ()), page


def test_the_page_has_a_whole_row_of_every_file() -> None:
    assert [text for page, text in BLOCKS if page == "files.md"] == [
        next(one.example for one in WRITTEN if one.id == id)
        for id in re.findall(r"\]\(sources/(\w+)\.md\)", (DOCS / "files.md").read_text())
    ]
