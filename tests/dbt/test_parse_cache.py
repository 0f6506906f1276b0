"""dbt's parse is made once for all homes of a user, and read only if nobody else can have written it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.stages import dbt, parse_cache
from flows.stages.graph import graph_of
from flows.stages.maps import SHIPPED

KEY = "0" * 64


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    work = tmp_path_factory.mktemp("parsed")
    return dbt._parse(work / "warehouse.duckdb", work, SHIPPED)


@pytest.fixture
def kept(manifest: Any, tmp_path: Path) -> Path:
    """The file of a kept parse; its cache is the folder's parent."""
    parse_cache.keep(tmp_path / "cache", KEY, manifest)
    return tmp_path / "cache" / "dbt" / KEY


def test_what_is_read_is_what_was_parsed(manifest: Any, kept: Path) -> None:
    found = parse_cache.read(kept.parents[1], KEY)
    assert graph_of(found, "") == graph_of(manifest, "")
    assert found.metadata.dbt_version == manifest.metadata.dbt_version
    assert parse_cache.read(kept.parents[1], "1" * 64) is None


def test_another_home_reads_the_parse_of_the_first(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENSHARE_CACHE", str(tmp_path / "cache"))
    marked = parse_cache.read(kept.parents[1], KEY)
    marked.nodes["model.tokenshare.int_usage_weekly"].name = "int_usage_marked"
    parse_cache.keep(tmp_path / "cache", dbt._key("warehouse"), marked)
    monkeypatch.setattr(dbt, "_PARSED", {})
    assert "int_usage_marked" in dbt.read_graph(tmp_path / "home of another").models


def test_a_parse_of_another_profile_project_or_version_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {dbt._key("warehouse"), dbt._key("scratch")}
    monkeypatch.setattr(dbt, "version", lambda name: f"{name} of tomorrow")
    keys.add(dbt._key("warehouse"))
    monkeypatch.setattr(dbt, "models_digest", lambda: "another")
    keys.add(dbt._key("warehouse"))
    assert len(keys) == 4


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _changed(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"int_usage_weekly", b"int_usage_weeklY"))
    assert path.read_bytes() != whole


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _folder_linked(path: Path) -> None:
    path.parent.rename(path.parents[1] / "elsewhere")
    path.parent.symlink_to("elsewhere")


def _of_another(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 4242, -1)


PLANTS: dict[str, Callable[[Path], None]] = {
    "torn": _torn,
    "changed": _changed,
    "empty": lambda path: path.write_bytes(b"") and None,
    "a link": _linked,
    "in a folder that is a link": _folder_linked,
    "writable for others": lambda path: path.chmod(0o622),
    "in a folder open to others": lambda path: path.parent.chmod(0o770),
    "of another user": _of_another,
    "in a folder of another user": lambda path: _of_another(path.parent),
}


@pytest.mark.threat("X33")
@pytest.mark.parametrize("plant", PLANTS)
def test_a_parse_that_another_may_have_written_is_not_read(kept: Path, plant: str) -> None:
    assert parse_cache.read(kept.parents[1], KEY) is not None
    PLANTS[plant](kept)
    assert parse_cache.read(kept.parents[1], KEY) is None


def test_what_cannot_be_kept_is_not_kept(manifest: Any, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    parse_cache.keep(tmp_path / "cache", KEY, manifest)
    assert parse_cache.read(tmp_path / "cache", KEY) is None


def test_of_many_parses_the_newest_are_kept(manifest: Any, tmp_path: Path) -> None:
    for number in range(parse_cache.KEPT + 2):
        parse_cache.keep(tmp_path, str(number), manifest)
        os.utime(tmp_path / "dbt" / str(number), (number, number))
    assert {path.name for path in (tmp_path / "dbt").iterdir()} == {str(n) for n in range(2, parse_cache.KEPT + 2)}
