"""Passes with both mirrors: copied after each publication, behind while they are down, and caught up by the next."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.storage.home import Home
from connectors.storage.publications import published
from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.operations import mirror
from flows.orchestration.refresh import findings_of
from flows.queries import doctor
from flows.setup.redaction import redact
from tests.cli.command import run
from tests.mirrors.test_postgresql import differing
from tests.mirrors.test_uploads import assert_whole
from tests.object_store import ObjectStore
from tests.postgresql import PASSWORD, QUOTED, Server
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings
from tokenshare.metrics import METRICS

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
MOMENTS = [f"2026-06-{15 + day}T06:00:00+00:00" for day in range(3)]


@dataclass
class Step:
    """What a pass or a command left: its document, what doctor says after it, and the alerts that are open."""

    document: dict[str, Any]
    diagnoses: dict[str, doctor.Diagnosis]
    alerts: dict[str, Any]

    @property
    def mirrors(self) -> dict[str, tuple[str, bool]]:
        """The status of each mirror, and whether anything moved."""
        return {found["id"]: (found["status"], found["moved"] > 0) for found in self.document["mirrors"]}


@dataclass
class Story:
    """Three passes: the first fills the mirrors, both are down in the second, and the third finds them again."""

    scene: Scene
    dsn: str
    steps: dict[str, Step]
    written: dict[Path, int]  # the CSV files of the first pass, with their inodes


def step(scene: Scene, document: dict[str, Any]) -> Step:
    given = settings.load(scene.variables)
    said = {found.name: found for found in doctor.examine(given, scene.variables)}
    return Step(document, said, json.loads(scene.home.alerts.read_text()))


@pytest.fixture(scope="module")
def story(
    home_of: Callable[..., Scene], shared_store: ObjectStore, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Story:
    dsn, target = server.database(), shared_store.path("published")
    world = write_rankings(tmp_path_factory.mktemp("world"), small_rows(date(2026, 6, 1), 18))
    mirrors = {"TOKENSHARE_MIRROR_DSN": dsn, "TOKENSHARE_PUBLISH_TO": str(target), "TOKENSHARE_CSV": "true"}
    scene = home_of("mirrored", **ROUTER_ALONE, **mirrors)
    steps = {"first": step(scene, scene.refresh(MOMENTS[0], world).document())}
    assert differing(dsn, scene.home.published_file) == []
    assert assert_whole(target).startswith("2026-06-15T06:00:00")
    written = {path: path.stat().st_ino for path in scene.home.published.glob("*/current.csv")}
    steps["again"] = step(scene, mirror.mirror(settings.load(scene.variables)))
    server.stop()
    shared_store.stop()
    steps["down"] = step(scene, scene.refresh(MOMENTS[1], world).document())
    server.start()
    shared_store.start()
    steps["behind"] = step(scene, {"mirrors": []})
    steps["last"] = step(scene, scene.refresh(MOMENTS[2], world).document())
    return Story(scene, dsn, steps, written)


def test_a_pass_copies_what_it_has_published(story: Story) -> None:
    first = story.steps["first"]
    assert first.mirrors == {"postgresql": ("copied", True), "store": ("copied", True)}
    assert "mirror" in first.document["seconds"]
    assert first.diagnoses["postgresql"].said.startswith("PostgreSQL ")
    assert first.diagnoses["postgresql"].said.endswith("; up to date")
    assert first.diagnoses["store"].said.endswith("published; up to date")


def test_the_command_finds_nothing_to_copy(story: Story) -> None:
    assert story.steps["again"].mirrors == {"postgresql": ("unchanged", False), "store": ("unchanged", False)}


def test_m01_a_mirror_that_is_down_stops_nothing_and_is_said(story: Story) -> None:
    """PostgreSQL and the object store stopped before a pass."""
    down = story.steps["down"]
    assert {found["status"] for found in down.document["mirrors"]} == {"failed"}
    assert all(found["reason"] and found["fix"] for found in down.document["mirrors"])
    assert (down.document["exit_code"], down.document["status"]) == (0, "ok")
    assert "published" in {found["status"] for found in down.document["metrics"]}
    assert findings_of(down.document) == ["behind: postgresql, store"]
    assert [found["key"] for found in down.alerts["open"]] == ["mirror/postgresql", "mirror/store"]
    assert [name for name in ("postgresql", "store") if down.diagnoses[name].is_well] == []
    behind = story.steps["behind"]
    assert "relations behind, as of 2026-06-15 06:00:00+00" in behind.diagnoses["postgresql"].said
    assert {behind.diagnoses[name].fix for name in ("postgresql", "store")} == {"run `tokenshare mirror`"}


def test_m01_the_next_pass_catches_up_and_ends_the_alert(story: Story) -> None:
    """Both started again before the next pass."""
    last = story.steps["last"]
    assert last.mirrors == {"postgresql": ("copied", True), "store": ("copied", True)}
    assert last.alerts["open"] == []
    assert {found["key"] for found in last.alerts["over"]} >= {"mirror/postgresql", "mirror/store"}
    assert differing(story.dsn, story.scene.home.published_file) == []


def test_the_password_is_nowhere(story: Story) -> None:
    said = json.dumps([step.document for step in story.steps.values()], default=str)
    said += json.dumps([vars(found) for step in story.steps.values() for found in step.diagnoses.values()])
    texts = [said, *(path.read_text(errors="replace") for path in story.scene.root.rglob("*") if path.is_file())]
    assert [text[:200] for text in texts for secret in (PASSWORD, QUOTED, "canary") if secret in text] == []
    environ = {"TOKENSHARE_MIRROR_DSN": f"postgresql://tokenshare:{QUOTED}@127.0.0.1:5432/tokenshare"}
    hidden = redact(f"run `tokenshare mirror`: {environ['TOKENSHARE_MIRROR_DSN']} {PASSWORD} {QUOTED}", environ)
    assert hidden == "run `tokenshare mirror`: *** *** ***"


def test_a_csv_file_has_the_rows_shown_and_is_written_if_they_move(story: Story) -> None:
    home = story.scene.home
    folders = {path.parent for path in home.published.glob("*/current.parquet")}
    assert {path.parent for path in home.published.glob("*/current.csv")} == folders
    for folder in folders:
        read = f"SELECT * EXCLUDE (as_of, citation) FROM '{folder}/current.parquet'"
        types = {name: type for name, type, *_ in duckdb.execute(f"DESCRIBE {read}").fetchall()}
        columns = "{" + ", ".join(f"'{name}': '{type}'" for name, type in types.items()) + "}"
        options = f"header = true, allow_quoted_nulls = false, columns = {columns}"
        again = f"SELECT * FROM read_csv('{folder}/current.csv', {options})"
        assert duckdb.execute(again).fetchall() == duckdb.execute(read).fetchall(), folder
    lines = (home.published / "vendor_share_weekly" / "current.csv").read_text().splitlines()
    assert lines[0].startswith("vendor_id,tokens,vendor_share")
    assert ",2026-06-08," in lines[-1]
    moved = {path.parent.name for path, inode in story.written.items() if path.stat().st_ino != inode}
    assert moved == {"china_share_trailing7_daily", "fct_usage_daily", "vendor_share_daily"}


def test_csv_files_follow_every_publication_and_go_with_the_setting(story: Story, tmp_path: Path) -> None:
    home = Home(shutil.copytree(story.scene.root, tmp_path / "home"))
    kept, lost = (home.published / name / "current.csv" for name in ("dim_vendors", "vendor_share_weekly"))
    before = kept.read_bytes()
    kept.write_bytes(b"of an earlier version")
    lost.unlink()
    with open_warehouse(home.warehouse) as connection:
        published.publish(connection, home, METRICS)  # as of a release, which knows no setting
        assert (kept.read_bytes(), lost.exists()) == (before, False)
        published.publish(connection, home, METRICS, csv=False)
    assert [*home.published.glob("*/current.csv")] == []
    assert [*home.published.glob("*/current.parquet")] != []


@pytest.mark.parametrize("words", [("mirror",), ("mirror", "--json"), ("doctor",)], ids=" ".join)
def test_the_command_says_what_it_did(words: tuple[str, ...], story: Story) -> None:
    said = run({**os.environ, **story.scene.variables, "COLUMNS": "200"}, *words)
    assert (said.code, "Traceback" in said.err) == (0, False), said
    assert "postgresql" in said.out


def test_the_command_without_a_mirror_names_the_settings(story: Story) -> None:
    off = {"TOKENSHARE_MIRROR_DSN": "", "TOKENSHARE_PUBLISH_TO": ""}
    said = run({**os.environ, **story.scene.variables, **off}, "mirror")
    assert said.code == 2
    assert "no mirror is set up: set TOKENSHARE_MIRROR_DSN or TOKENSHARE_PUBLISH_TO" in said.err


def test_a_command_with_a_mirror_that_is_down_ends_with_14(story: Story) -> None:
    down = {"TOKENSHARE_MIRROR_DSN": "postgresql://me:canary-word@127.0.0.1:1/numbers", "TOKENSHARE_PUBLISH_TO": ""}
    said = run({**os.environ, **story.scene.variables, **down}, "mirror", "--json")
    (found,) = said.document["mirrors"]
    assert (said.code, found["status"]) == (14, "failed")
    assert "Connection refused" in found["reason"]
