"""dbt in this process: digests of its project, and relations built in one database."""

import gc
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter

from connectors.storage.home import Home, atomic_files
from flows.settings import cache_folder, hand_to_dbt
from flows.setup.shipped import PROJECT
from flows.stages import parse_cache
from flows.stages.graph import COMPOSED, Graph, graph_of
from flows.stages.maps import SHIPPED, seeds_of
from tokenshare.errors import UsageError
from tokenshare.noop import noop
from tokenshare.text import visible

# The manifest parsed last in this process, by the name of the database and the content of the models.
_PARSED: dict[tuple[str, str], Any] = {}
_GRAPH = TypeAdapter(Graph)
_COMPILED = re.compile(r"compiled code at .*")  # in a folder that the next build replaces
LONGEST_MESSAGE = 400
WITHOUT_FILES = "--no-write-json"
CHOSEN = "chosen"  # dbt's tag of the nodes to build
PARSERS = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "duckdb")


@dataclass(frozen=True)
class Part:
    """Some models to build, and the relation tests to run on them."""

    models: frozenset[str]
    tests: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Project:
    """Digests of the dbt project: of a home's seeds, and of all its other files."""

    seeds: str
    models: str


def project(home: Home) -> Project:
    """The digests of the dbt project on disk, with the seeds of the home."""
    return Project(_digest(sorted(seeds_of(home).glob("*.csv"))), models_digest())


def models_digest() -> str:
    """The digest of the dbt project without its seeds."""
    models = sorted(p for folder in ("models", "macros", "tests") for p in (PROJECT / folder).rglob("*.*"))
    return _digest([PROJECT / "dbt_project.yml", *models])


def build(
    database: Path,
    variables: Mapping[str, Any],
    work: Path,
    relations: Sequence[str],
    midway: Callable[[], None] = noop,
    *,
    seeds: Path = SHIPPED,
    with_tests: bool = False,
    loads_seeds: bool = True,
) -> dict[str, str]:
    """Run `dbt build` from the beginning for these relations and everything below them, in this process.

    Returns the models and tests without success, each with dbt's message, or none if it was skipped. `with_tests` runs
    a test if all relations it reads are built. `seeds` is the folder of the seeds; `loads_seeds` is needless if the
    database has them already. Calls `midway` after every finished node.
    """
    left_out = ["unit_test", *([] if with_tests else ["test"]), *([] if loads_seeds else ["seed"])]
    without = [word for kind in left_out for word in ("--exclude-resource-type", kind)]
    words = ["--full-refresh", "--select", f"+tag:{CHOSEN}", "--indirect-selection", "cautious", *without]
    words += ["--exclude", "test_type:generic"]  # keys, which Great Expectations judges too

    def needs(manifest: Any) -> set[str]:
        if not with_tests:
            return set()
        graph = graph_of(manifest, _origin())
        return graph.required_tests(graph.below(relations))

    return _build(database, variables, work, seeds, relations, words, needs, midway)


def build_part(
    database: Path,
    variables: Mapping[str, Any],
    work: Path,
    part: Part,
    midway: Callable[[], None] = noop,
    *,
    seeds: Path = SHIPPED,
) -> dict[str, str]:
    """Run `dbt build` for exactly these models and tests, on top of what the database has; returns as `build`."""
    if not (named := part.models | part.tests):
        return {}
    kinds = ["--resource-type", "model", "--resource-type", "test"]
    words = ["--select", f"tag:{CHOSEN}", "--indirect-selection", "empty", *kinds]
    return _build(database, variables, work, seeds, named, words, lambda _: set(part.tests), midway)


def _build(
    database: Path,
    variables: Mapping[str, Any],
    work: Path,
    seeds: Path,
    chosen: Collection[str],
    words: Sequence[str],
    needs: Callable[[Any], set[str]],
    midway: Callable[[], None],
) -> dict[str, str]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    try:
        manifest = _parse(database, work, seeds)
        _mark(manifest, chosen)
        result = _run(manifest, ["build", "--vars", json.dumps(dict(variables)), *words], work, midway)
        failed = _failed(result, manifest, needs)
    finally:
        DuckDBConnectionManager.close_all_connections()
    if failed:
        del result
        gc.collect()  # dbt's error refers to its cursor, and the cursor to the database; we open it next
    return failed


def write_docs(page: Path) -> None:
    """Write dbt's documentation of the project as one page; no home's database is opened for it."""
    from dbt.cli.main import dbtRunner

    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        hand_to_dbt(scratch / "warehouse.duckdb", SHIPPED)
        done = dbtRunner().invoke(["docs", "generate", "--static", "--empty-catalog", *_options(scratch)])
        if not done.success:
            raise UsageError(f"dbt cannot document the project: {_in_one_line(done.exception)}", "see `dbt parse`")
        text = (scratch / "target" / "static_index.html").read_text("utf-8")
    page.parent.mkdir(parents=True, exist_ok=True)
    atomic_files.write(page, text.replace(f"{scratch}/", "").replace(f"{PROJECT.parent}/", "").encode())


def _mark(manifest: Any, chosen: Collection[str]) -> None:
    """Tag these nodes and no others: to find them by name, dbt would search all its nodes for each."""
    for node in manifest.nodes.values() if manifest else ():
        node.tags = [CHOSEN] if node.name in chosen else []


def keep_graph(work: Path) -> None:
    """Write the project's graph into `work`, to spare its readers the wait for dbt."""
    if _kept(work) is None and (graph := _compiled(work)).models:
        atomic_files.write(work / "graph.json", _GRAPH.dump_json(graph))


def read_graph(work: Path) -> Graph:
    """The project's graph from `work`, else as dbt parses it now; empty if dbt cannot parse the project.

    Nothing is written into `work`: it may lie in a home open for reading only.
    """
    with TemporaryDirectory() as scratch:
        return _kept(work) or _compiled(Path(scratch))


def _kept(work: Path) -> Graph | None:
    """The graph in `work`; None if another project or another dbt made it."""
    try:
        graph = _GRAPH.validate_json((work / "graph.json").read_bytes())
    except (OSError, ValueError):
        return None
    return graph if graph.origin == _origin() else None


def _compiled(work: Path) -> Graph:
    manifest = _parse(work / "warehouse.duckdb", work, SHIPPED)
    if manifest is None:
        return Graph(_origin(), {}, {})
    graph = graph_of(manifest, _origin())
    if all(node.sql for node in graph.models.values() if node.family == COMPOSED):
        return graph
    _run(manifest, ["compile", "--select", f"path:models/*/{COMPOSED}", "--no-populate-cache"], work, noop)
    return graph_of(manifest, _origin())


def _origin() -> str:
    return f"{models_digest()} {version('dbt-core')}"


def _failed(result: Any, manifest: Any, needs: Callable[[Any], set[str]]) -> dict[str, str]:
    if isinstance(result.exception, KeyboardInterrupt):  # dbt catches it; it is no finding about the data
        raise result.exception
    if result.exception or result.result is None:
        return {"dbt": _in_one_line(result.exception)}
    outcomes = {r.node.name: r for r in result.result}
    required = needs(manifest)
    failed = {name: r for name, r in outcomes.items() if str(r.status) not in ("success", "pass")}
    messages = {name: "" if str(r.status) == "skipped" else _in_one_line(r.message) for name, r in failed.items()}
    return messages | dict.fromkeys(sorted(required - outcomes.keys()), "")


def _in_one_line(message: object) -> str:
    """A message of dbt in one line, without the paths of this machine."""
    text = _COMPILED.sub("", str(message)).replace(f"{PROJECT}/", "")
    return visible(" ".join(text.split()))[:LONGEST_MESSAGE]


def _parse(database: Path, work: Path, seeds: Path) -> Any:
    """dbt's manifest of the project for this database, parsed once by a user; None if dbt cannot parse it."""
    hand_to_dbt(database, seeds)
    parsed = (database.stem, models_digest())
    manifest = _PARSED.get(parsed) or _kept_parse(_key(database.stem), work)
    _PARSED.clear()
    _PARSED[parsed] = manifest
    return manifest


def _kept_parse(key: str, work: Path) -> Any:
    from dbt.cli.main import dbtRunner

    kept = parse_cache.read(cache_folder(), key)
    if kept is not None:
        return kept
    parsed = dbtRunner().invoke(["parse", "--no-partial-parse", WITHOUT_FILES, *_options(work)]).result
    if parsed is not None:
        parse_cache.keep(cache_folder(), key, parsed)
    return parsed


def _key(database: str) -> str:
    """The key of a parse: what dbt reads for it, and where, and the versions that read it."""
    versions = [f"{name} {version(name)}" for name in PARSERS]
    seeds = sorted(path.name for path in SHIPPED.glob("*"))
    profile = _digest([PROJECT / "profiles.yml"])
    parts = (database, str(PROJECT), models_digest(), profile, *seeds, *versions, python_version())
    return sha256("\n".join(parts).encode()).hexdigest()


def _run(manifest: Any, words: Sequence[str], work: Path, midway: Callable[[], None]) -> Any:
    from dbt.cli.main import dbtRunner

    from flows.stages.dbt_events import listen

    listen()
    runner = dbtRunner(manifest, [lambda event: midway() if event.info.name == "NodeFinished" else None])
    return runner.invoke([*words, WITHOUT_FILES, *_options(work)])


def _options(work: Path) -> list[str]:
    return [
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
        "--profile",
        "tokenshare",
        "--target",
        "build",
        "--target-path",
        str(work / "target"),
        "--log-path",
        str(work / "logs"),
        "--log-level",
        "none",
        "--no-version-check",
        "--use-fast-test-edges",
        "--quiet",
    ]


def _digest(paths: Sequence[Path]) -> str:
    return sha256(b"\n".join(path.name.encode() + path.read_bytes() for path in paths)).hexdigest()
