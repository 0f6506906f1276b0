"""What docs/bi/README.md prints about mirrors works as printed."""

import re
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from connectors.postgres import mirror
from connectors.postgres.dsn import read_dsn
from connectors.storage.home import Home
from connectors.storage.publications.relations import read_published
from flows.settings import Settings, name_of
from tests.cli.command import ROOT
from tests.mirrors.test_postgresql import AT
from tests.mirrors.test_uploads import send
from tests.object_store import ObjectStore
from tests.postgresql import Server

PAGE = (ROOT / "docs" / "bi" / "README.md").read_text(encoding="utf-8")
POSTGRESQL, STORE = PAGE.partition("## PostgreSQL")[2].split("## On S3")


def block(text: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def test_the_statements_make_a_database_that_the_printed_user_fills(
    server: Server, published_then: dict[int, Path]
) -> None:
    made = block(POSTGRESQL, "postgresql")
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        for name in ("tokenshare", "tokenshare_reader"):
            if connection.execute("SELECT to_regrole(%s)", [name]).fetchone() != (None,):
                connection.execute(f"ALTER ROLE {name} RENAME TO earlier_{name}_{server.port}")
        for statement in made.split(";\n")[:-1]:
            connection.execute(statement)
        try:
            with read_published(published_then[1], "a home") as published:
                done = mirror.copy(server.dsn("tokenshare", "tokenshare", "SECRET"), published, AT)
            assert (done.moved, done.has_role) == (done.total, True)
        finally:
            connection.execute("DROP DATABASE tokenshare WITH (FORCE)")


def test_the_two_strings_mean_the_same() -> None:
    first, second = (line.partition("=")[2].strip('"') for line in block(POSTGRESQL, "sh").splitlines())
    assert read_dsn(first) == first
    assert conninfo_to_dict(first) == conninfo_to_dict(read_dsn(second))


def test_the_lines_of_python_read_the_store(clean: Home, store: ObjectStore) -> None:
    send(clean, store.path("some", "place"))
    found: dict[str, object] = {}
    exec(block(STORE, "python3").replace("BUCKET/PREFIX", f"{store.bucket}/some/place"), found)
    assert found["shares"].num_rows > 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("field", ["mirror_dsn", "publish_to", "csv"])
def test_every_setting_is_on_the_page(field: str) -> None:
    assert field in Settings.model_fields
    assert name_of(field) in PAGE
