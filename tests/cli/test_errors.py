"""What a person got wrong: each has its exit code and one sentence that names the fix."""

import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, ROOT, Ask, Said, assert_one_sentence, environment
from tests.cli.homes import advanced, claimed, cut_off, from_tomorrow, half_copied, without_format

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]  # on a machine that may be busy
REFRESH = ("refresh", "--world", "{world}", "--as-of", "2026-07-13T06:00:00Z", "--json")


def empty(root: Path) -> Path:
    """A home that nobody has made."""
    return root


def under_a_file(root: Path) -> Path:
    """A home that nobody can make; modes do not bind root, a file in the way does."""
    root.write_text("")
    return root / "home"


def later(root: Path) -> Path:
    return advanced(root, datetime(2026, 7, 20, tzinfo=UTC))


def of_the_demo(root: Path) -> Path:
    return claimed(root, "demo")


@dataclass(frozen=True)
class Case:
    """A command, where it runs, and what its sentence must name."""

    words: tuple[str, ...]
    code: int
    named: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)
    home: Callable[[Path], Path] = empty


CASES = {
    "not kafka": Case(
        REFRESH, 14, ("{mute}", "correct the security protocol"),
        {"TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": "{mute}", "TOKENSHARE_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
         "TOKENSHARE_KAFKA_SASL_MECHANISM": "PLAIN", "TOKENSHARE_KAFKA_SASL_USERNAME": "someone"},
    ),
    "no broker": Case(
        REFRESH, 14, ("127.0.0.1:1", "start that Kafka, or correct TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS"),
        {"TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"},
    ),
    "setting of a wrong type": Case(
        ("status", "--json"), 2, ("correct or unset TOKENSHARE_KAFKA_PARTITIONS",),
        {"TOKENSHARE_KAFKA_PARTITIONS": "zero"},
    ),
    "setting out of bounds": Case(
        REFRESH, 2, ("correct or unset TOKENSHARE_HTTP_ATTEMPTS",), {"TOKENSHARE_HTTP_ATTEMPTS": "99"}
    ),
    "unknown option": Case((*REFRESH, "--nope"), 2, ("--nope", "tokenshare refresh --help")),
    "unknown command": Case(("nope", "--json"), 2, ("nope", "tokenshare --help")),
    "unknown metric": Case(
        ("metrics", "nope", "--json"), 2, ("no metric nope", "`tokenshare metrics` lists"),
        home=claimed,
    ),
    "unknown source": Case(
        (*REFRESH, "--source", "nope"), 2, ("no source nope", "`tokenshare status` lists")
    ),
    "moment without a zone": Case(
        ("refresh", "--as-of", "2026-07-13T06:00:00", "--json"), 2, ("2026-07-13T06:00:00", "write it as")
    ),
    "no world": Case(
        ("refresh", "--world", "/nowhere", "--json"), 2, ("no world at /nowhere", "name a directory")
    ),
    "home that cannot be made": Case(REFRESH, 2, ("cannot write", "writable directory"), home=under_a_file),
    "home of another origin": Case(REFRESH, 2, ("'demo'", "TOKENSHARE_HOME"), home=of_the_demo),
    "home of a newer layout": Case(REFRESH, 2, ("layout 4", "upgrade tokenshare"), home=from_tomorrow),
    "home that was copied by half": Case(
        REFRESH, 2, ("is incomplete", "missing build/warehouse.duckdb", "copy it again"), home=half_copied
    ),
    "home without its format": Case(
        REFRESH, 2, ("is incomplete", "missing format", "copy it again"), home=without_format
    ),
    "home with half a database": Case(REFRESH, 2, ("is damaged or truncated", "copy the home again"), home=cut_off),
    "looking into a newer layout": Case(("metrics", "--json"), 2, ("layout 4", "upgrade"), home=from_tomorrow),
    "no channel": Case(
        ("alerts", "test", "--json"), 2, ("no channel is set up", "set TOKENSHARE_ALERT_WEBHOOK_URL"),
        {"TOKENSHARE_ALERT_WEBHOOK_URL": ""},
    ),
    "a channel that apprise does not know": Case(
        REFRESH, 2, ("number 1 in TOKENSHARE_ALERT_CHANNELS", "correct or unset"),
        {"TOKENSHARE_ALERT_CHANNELS": "slack://canary-word"},
    ),
    "a webhook on another machine without TLS": Case(
        REFRESH, 2, ("TOKENSHARE_ALERT_WEBHOOK_URL is not usable", "plain http to another machine"),
        {"TOKENSHARE_ALERT_WEBHOOK_URL": "http://example.com/canary-word"},
    ),
    "alerts without a home": Case(("alerts", "deliver", "--json"), 2, ("no home", "refresh")),
    "as of the past": Case(REFRESH, 2, ("2026-07-13", "2026-07-20", "later moment"), home=later),
    "as of before the first day": Case(
        ("refresh", "--world", "{world}", "--as-of", "0001-01-01T00:00:00Z", "--json"), 2,
        ("2025-01-01", "later moment"),
    ),
    "as of the future": Case(
        ("refresh", "--as-of", "9999-12-31T23:00:00Z", "--json"), 2, ("lies in the future", "leave --as-of out"),
        {"TOKENSHARE_OPENROUTER_URL": "http://127.0.0.1:1/"},
    ),
    "moment out of the calendar": Case(
        ("metrics", "router_tokens_weekly", "--as-of", "0001-01-01T00:00:00+14:00", "--json"), 2, ("write it as",),
        home=claimed,
    ),
    "version that is no number": Case(
        ("gates", "release", "router_tokens_weekly", "\u00b2", "--by", "Ada", "--reason", "why", "--json"), 2,
        ("'\u00b2' is not a valid version", "tokenshare gates"), home=claimed,
    ),
    "day that is none": Case(
        ("backfill", "--from", "2026-6-1", "--to", "2026-06-02", "--json"), 2,
        ("'2026-6-1' is not a valid day", "2026-06-29"),
        home=claimed,
    ),
    "backfill of nothing": Case(
        ("backfill", "--from", "2026-06-01", "--to", "2026-06-02", "--json"), 2, ("no home", "tokenshare refresh")
    ),
    "range that is none": Case(
        ("land", "--range", "usage.observed.v1:0:9-9", "--json"), 2,
        ("is not a valid range", "usage.observed.v1:0:100-200"),
        home=claimed,
    ),
    "range that has not landed": Case(
        ("land", "--range", "usage.observed.v1:0:0-9", "--json"), 2, ("offsets 0 to 8", "the ledger stands at 0"),
        home=claimed,
    ),
    "record that is none": Case(
        ("dlq", "show", "nope.v1:0:1", "--json"), 2,
        ("'nope.v1:0:1' is not a valid record", "tokenshare dlq list"), home=claimed,
    ),
    "dead letters before a pass ends": Case(("dlq", "list", "--json"), 2, ("nothing is published yet",), home=claimed),
    "drop without a reason": Case(
        ("dlq", "drop", "usage.observed.v1:0:1", "--by", "Ada", "--json"), 2,
        ("a name and a reason", "--reason TEXT"),
        home=claimed,
    ),
    "port out of range": Case(("upstream", "{world}", "--port", "99999", "--json"), 2, ("--port", "65535")),
    "kill point that is none": Case(
        ("status", "--json"), 2, ("correct or unset TOKENSHARE_KILL_AT", "swap"),
        {"TOKENSHARE_KILL_AT": "nonsense.before"},
    ),
    "certificate that is not there": Case(
        ("status", "--json"), 2, ("correct or unset TOKENSHARE_KAFKA_SSL_CAFILE",),
        {"TOKENSHARE_KAFKA_SSL_CAFILE": "/nope"},
    ),
    "impossible port of a broker": Case(
        ("status", "--json"), 2, ("correct or unset TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:99999"),
        {"TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092,127.0.0.1:99999"},
    ),
    "status of nothing": Case(("status", "--json"), 2, ("tokenshare refresh", "tokenshare demo")),
    "metrics of nothing": Case(("metrics",), 2, ("tokenshare refresh", "tokenshare demo")),
    "metrics before a pass ends": Case(("metrics", "--json"), 2, ("nothing is published yet",), home=claimed),
    "verify before a pass": Case(("verify", "--json"), 2, ("warehouse.duckdb", "tokenshare refresh"), home=claimed),
    "citation as of no moment": Case(
        ("cite", "router_tokens_weekly", "2026-W27", "--as-of", "last month", "--json"), 2,
        ("'last month' is not a moment", "write it as"), home=claimed,
    ),
    "trace of nothing": Case(
        ("trace", "china_share_origin_weekly", "2026-W27", "--json"), 2, ("tokenshare refresh",)
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def mute() -> Iterator[str]:
    """The address of something that listens, and never says what Kafka would."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture(scope="module")
def texts(mute: str, world: Path) -> dict[str, str]:
    """What stands for the places in a case."""
    return {"mute": mute, "world": str(world)}


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The home of each case."""
    root = tmp_path_factory.mktemp("homes")
    return {name: case.home(root / name.replace(" ", "-")) for name, case in CASES.items()}


@pytest.fixture(scope="module")
def answers(ask: Ask, broker: str, texts: dict[str, str], homes: dict[str, Path]) -> dict[str, "Future[Said]"]:
    """Every case, under way."""
    asked = {}
    for name, case in CASES.items():
        extra = {key: value.format(**texts) for key, value in case.environ.items()}
        environ = {**environment(homes[name], broker), **extra}
        asked[name] = ask(environ, *(word.format(**texts) for word in case.words))
    return asked


@pytest.mark.parametrize("name", CASES)
def test_an_error_is_one_sentence_with_its_fix(
    name: str, answers: dict[str, "Future[Said]"], texts: dict[str, str]
) -> None:
    case = CASES[name]
    assert_one_sentence(answers[name].result(), case.code, *(word.format(**texts) for word in case.named))


def test_a_look_makes_no_home(answers: dict[str, "Future[Said]"], homes: dict[str, Path]) -> None:
    looks = [name for name, case in CASES.items() if case.home is empty and case.words[0] in ("status", "trace")]
    for name in [*looks, "metrics of nothing"]:
        answers[name].result()
        assert not homes[name].exists(), name


def test_an_interrupted_pass_says_so(world: Path, tmp_path: Path) -> None:
    words = ("refresh", "--world", str(world), "--as-of", "2026-07-13T06:00:00Z", "--json")
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(120)
        environ = environment(tmp_path / "home", f"127.0.0.1:{listening.getsockname()[1]}")
        with subprocess.Popen([*COMMAND, *words], cwd=ROOT, env=environ, **streams) as process:
            try:
                listening.accept()[0].close()  # it has begun, and now waits for what Kafka would say
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=60)
            finally:
                process.kill()
    assert_one_sentence(Said(words, process.returncode, out, err), 130, "interrupted", "run it again")
