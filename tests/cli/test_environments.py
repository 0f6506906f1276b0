"""One pass in many surroundings: the numbers of the plain pass, or one sentence; never a traceback."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from connectors.kafka import broker as local
from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.storage.home import Home
from flows import settings
from flows.orchestration.serve import PASS
from tests.cli.command import COMMAND, ROOT, Said, assert_one_sentence, environment
from tests.cli.conftest import AS_OF
from tests.cli.homes import claimed

pytestmark = pytest.mark.slow

NOBODY = 12_345  # a user without a name
# It may read everything, as the tests may lie in a folder of root's, and write only its own.
AS_NOBODY = f"setpriv --reuid={NOBODY} --clear-groups --inh-caps=+dac_read_search --ambient-caps=+dac_read_search "
ONLY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a command as another user")
NO_HOME = {"HOME": ""}
TURKISH = {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"}
DBT = {"DBT_TARGET": "prod", "DBT_EMPTY": "true", "DBT_PROFILE": "other", "DBT_WARN_ERROR": "true", "DBT_EXCLUDE": "*"}
PROXY = {"ALL_PROXY": "socks5://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "[fe80::1],localhost"}


@dataclass(frozen=True)
class Surroundings:
    """Variables (an empty one is unset), words of a shell before the command, and a home, unlike the plain pass."""

    variables: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    home: str = "home"
    has_own_broker: bool = False


ONE_BY_ONE = {
    "a Turkish locale": Surroundings(TURKISH),
    "an ASCII locale and a home in two scripts": Surroundings({"LC_ALL": "C"}, home="häuß 家"),
    "a time zone east of UTC": Surroundings({"TZ": "Asia/Shanghai"}),
    "another target of dbt": Surroundings({"DBT_TARGET": "prod"}),
    "an empty build of dbt": Surroundings({"DBT_EMPTY": "true"}),
    "a SOCKS proxy": Surroundings(PROXY),
    "no HOME and a user without a name": Surroundings(NO_HOME, AS_NOBODY),
    "files for everyone": Surroundings(before="umask 000; exec "),
}
ALL_AT_ONCE = Surroundings(
    {**DBT, **PROXY, **NO_HOME, "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "TZ": "Asia/Shanghai"},
    before=f"umask 000; exec {AS_NOBODY if os.geteuid() == 0 else ''}",
    home="häuß 家",
    has_own_broker=True,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter and fill, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def run(environ: Mapping[str, str], before: str, *words: str) -> Said:
    """The real command in a process of its own."""
    command = before + shlex.join([*COMMAND, *words])
    found = {name: value for name, value in environ.items() if value}
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=found, cwd=ROOT, capture_output=True, check=False, timeout=300
    )
    return Said(words, done.returncode, done.stdout.decode(), done.stderr.decode())


def refresh(folder: Path, world: Path, broker: str, around: Surroundings) -> Said:
    """A whole pass over the world."""
    prefix = f"around-{uuid.uuid4().hex[:10]}."
    own = {"TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": "", "TOKENSHARE_CACHE": str(Path("~/.cache/tokenshare").expanduser())}
    environ = {**environment(folder / around.home, broker), **around.variables}
    environ |= own if around.has_own_broker else {"TOKENSHARE_KAFKA_TOPIC_PREFIX": prefix}
    try:
        return run(environ, around.before, "refresh", "--world", str(world), "--as-of", AS_OF, "--json")
    finally:
        if around.has_own_broker:
            run(environ, around.before, "broker", "stop")
        else:
            topics.delete_prefixed(Cluster(broker, topic_prefix=prefix))


def numbers(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """All published rows, by relation."""
    listed = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('metrics', 'marts')"
    with duckdb.connect(home.published_file, read_only=True) as reader:
        reader.execute("SET TimeZone = 'UTC'")
        names = sorted(name for (name,) in reader.execute(listed).fetchall())
        return {name: reader.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names}


@pytest.fixture(scope="module")
def plain(world: Path, broker: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """The numbers of a pass in plain surroundings."""
    folder = tmp_path_factory.mktemp("plain")
    said = refresh(folder, world, broker, Surroundings({"LANG": "C.UTF-8", "LC_ALL": "", "TZ": ""}))
    assert said.code == 0, said.err
    found = numbers(Home(folder / "home"))
    assert sum(map(len, found.values())) > 100
    return found


def shared(world: Path, folder: Path) -> Path:
    """A copy of the world that every user may read."""
    copy = Path(shutil.copytree(world, folder / "world"))
    for path in (copy, *copy.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return copy


def assert_the_same(
    plain: dict[str, list[tuple[object, ...]]], folder: Path, world: Path, broker: str, around: Surroundings
) -> None:
    said = refresh(folder, shared(world, folder), broker, around)
    assert "Traceback" not in said.err
    assert (said.code, said.document["status"]) == (0, "ok"), said.err
    home = Home(folder / around.home)
    assert numbers(home) == plain
    private = [path for path in home.root.rglob("*") if not path.is_relative_to(home.published)]
    assert [path for path in private if path.lstat().st_mode & 0o077] == []
    assert (home.root.stat().st_mode & 0o777, home.published_file.stat().st_mode & 0o777) == (0o711, 0o444)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.threat("X24", "X25", "X27", "X28")
def test_everything_at_once_gives_the_numbers_of_the_plain_pass(
    plain: dict[str, list[tuple[object, ...]]], folder: Path, world: Path, broker: str
) -> None:
    assert_the_same(plain, folder, world, broker, ALL_AT_ONCE)


@pytest.mark.long
@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_each_alone_gives_the_numbers_of_the_plain_pass(
    plain: dict[str, list[tuple[object, ...]]], folder: Path, world: Path, broker: str, name: str
) -> None:
    around = ONE_BY_ONE[name]
    if around.before == AS_NOBODY and os.geteuid() != 0:
        pytest.skip("only root can run a command as another user")
    assert_the_same(plain, folder, world, broker, around)


def test_too_few_files_are_a_sentence(folder: Path, world: Path) -> None:
    environ = {**environment(folder / "home", ""), "TOKENSHARE_CACHE": ""}
    said = run(environ, "ulimit -n 64; exec ", "refresh", "--world", str(world), "--as-of", AS_OF, "--json")
    assert "Traceback" not in said.err
    assert (said.code, said.document["exit_code"]) == (14, 14)
    assert "Too many open files" in said.err


@pytest.mark.threat("X27")
def test_kafka_starts_in_a_turkish_locale(folder: Path) -> None:
    """Its upper case of i is another letter, which Kafka's enum names do not have.

    The option is for a machine without that locale.
    """
    environ = environment(folder / "home", "") | TURKISH
    environ["JAVA_TOOL_OPTIONS"] = "-Duser.language=tr -Duser.country=TR"
    started = run(environ, "", "broker", "start", "--json")
    stopped = local.stop(folder / "home")
    assert (started.code, stopped) == (0, True), started.err


@ONLY_ROOT
@pytest.mark.parametrize(
    "variables", [NO_HOME, {"HOME": "/"}, {"HOME": "/nowhere"}], ids=["none", "not writable", "missing"]
)
@pytest.mark.threat("X28")
def test_a_user_without_a_folder_for_jars_is_asked_to_name_one(folder: Path, variables: Mapping[str, str]) -> None:
    environ = {**environment(folder / "home", ""), "TOKENSHARE_CACHE": "", **variables}
    said = run(environ, AS_NOBODY, "broker", "start", "--json")
    lines = said.err.splitlines()
    assert_one_sentence(Said(said.words, said.code, said.out, lines[-1]), 2, "set TOKENSHARE_CACHE")
    assert len(lines) <= 2


@ONLY_ROOT
@pytest.mark.parametrize(
    "words", ["report", "alerts deliver", "broker start", "broker stop", "broker status", "status"]
)
@pytest.mark.threat("X28")
def test_another_user_gets_one_sentence(folder: Path, words: str) -> None:
    """In a home that is open to its own user alone."""
    home = folder / "home"
    environ = {**environment(home, ""), **NO_HOME}
    claimed(home)
    (home / "broker").mkdir()
    (home / "report").mkdir()
    for path in (*home.iterdir(), home):
        path.chmod(0o700 if path.is_dir() else 0o600)
    without_rights = AS_NOBODY.replace("+dac_read_search", "-all")
    said = run(environ, without_rights, *words.split(), "--json")
    assert_one_sentence(said, 2)


@pytest.mark.parametrize("folder_setting", ["TOKENSHARE_CURATED", "TOKENSHARE_QUOTES"])
@pytest.mark.threat("X26")
def test_a_folder_setting_expands_the_users_home_and_must_exist(folder: Path, folder_setting: str) -> None:
    (folder / "facts").mkdir()
    (folder / "facts" / "quotes.csv").touch()
    environ = {**environment(folder / "home", "127.0.0.1:1"), "HOME": str(folder)}
    for value, named in (("~/fact", f"{folder}/fact"), ("$HOME/facts", "$HOME/facts"), ("~/facts/quotes.csv", "csv")):
        said = run(environ | {folder_setting: value}, "", "doctor", "--json")
        assert_one_sentence(said, 2, folder_setting, named)
    said = run(environ | {folder_setting: "~/facts"}, "", "doctor", "--json")
    (line,) = [one for one in said.document["findings"] if one["name"] == folder_setting.split("_")[1].lower()]
    assert "quotes.csv" in line["said"]


@pytest.mark.threat("S11")
def test_no_code_is_taken_from_the_working_directory(folder: Path) -> None:
    (folder / "typer.py").write_text("raise SystemExit('code of the working directory')")
    assert PASS[:2] == [sys.executable, "-P"]
    words = [*PASS, "--version"]
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout[:10]) == (0, b"tokenshare")


@pytest.mark.threat("X25")
def test_dbt_has_no_options_but_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in DBT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TOKENSHARE_WAREHOUSE", "another")
    monkeypatch.setenv("TOKENSHARE_SEEDS", "another")  # what is set in this test does not stay for the next
    settings.hand_to_dbt(Path("warehouse.duckdb"), Path("seeds"))
    assert [name for name in os.environ if name.startswith("DBT_")] == []
    assert os.environ["TOKENSHARE_WAREHOUSE"] == "warehouse.duckdb"


@pytest.mark.threat("S9")
def test_a_scheduled_pass_gets_an_environment_by_list() -> None:
    ours = {
        "TOKENSHARE_HOME": "home",
        "HF_TOKEN": "a token",
        "PREFECT_API_URL": "http://127.0.0.1:4200/api",
        "PATH": "/bin",
    }
    others = {
        "PREFECT__FLOW_RUN_ID": "a run",
        "PYTHONPATH": ".",
        "LD_PRELOAD": "x.so",
        "BASH_ENV": "x",
        "AWS_SECRET": "x",
    }
    found = settings.environment_of_pass(ours | others | TURKISH | DBT | {"TZ": "Asia/Shanghai"})
    assert found == ours | settings.FIXED
    assert (found["LC_ALL"], found["TZ"], found["PYTHONSAFEPATH"]) == ("C.UTF-8", "UTC", "1")
