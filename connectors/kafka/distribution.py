"""Apache Kafka's jars on this machine: fetched once from Maven Central, accepted only by checksum."""

import contextlib
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.lock import locked
from tokenshare.errors import BrokerUnavailable, UsageError

VERSION = "4.1.2"
# Kafka's own jars include no logger: without slf4j-simple a broker fails to start without a message.
COORDINATES = f"org.apache.kafka:kafka_2.13:{VERSION}+org.slf4j:slf4j-simple:1.7.36"
LIST = Path(__file__).with_name("kafka-jars.sha256")


def jars(cache: Path, progress: Callable[[str], None]) -> Path:
    """The directory of exactly the listed jars, fetched into `cache` if absent, and hashed on every call.

    Its name is the digest of the list, and it appears by a rename after every jar was verified. Whatever changed a jar
    later is found before Java reads it. Raises BrokerUnavailable without network, or if a jar differs from the listed
    one, and UsageError if `cache` cannot be made.
    """
    text = LIST.read_text()
    wanted = listed(text)
    target = cache / f"kafka-{VERSION}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    if not _holds(target, wanted):
        _fill(cache, target, wanted, progress)
    _refuse_changed(target, wanted)
    return target


def listed(text: str) -> dict[str, str]:
    """The sha256 of each jar, by file name."""
    return {name: digest for digest, name in (line.split() for line in text.splitlines())}


def verify(paths: Iterable[Path], wanted: Mapping[str, str]) -> None:
    """Raise BrokerUnavailable unless the files are exactly the listed jars."""
    wrong = _differing(paths, wanted)
    if wrong:
        raise BrokerUnavailable(
            f"Apache Kafka {VERSION} came with jars that are not the listed ones ({', '.join(wrong)})",
            f"find the reason before you run any of them; the list is {LIST.name}",
        )


def _holds(target: Path, wanted: Mapping[str, str]) -> bool:
    return target.is_dir() and {path.name for path in target.iterdir()} == wanted.keys()


def _fill(cache: Path, target: Path, wanted: Mapping[str, str], progress: Callable[[str], None]) -> None:
    """Fetch the jars, unless another process did so meanwhile."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fix = "set TOKENSHARE_CACHE to a writable directory"
        raise UsageError(f"cannot make {cache} for Kafka's jars ({error.strerror})", fix) from error
    with locked(cache / "lock"):
        if not _holds(target, wanted):
            progress(f"fetching Apache Kafka {VERSION} from Maven Central (44 MB, once)")
            _install(cache, target, wanted)


def _refuse_changed(target: Path, wanted: Mapping[str, str]) -> None:
    """Raise BrokerUnavailable if a jar in the cache is not what was fetched."""
    changed = _differing(target.iterdir(), wanted)
    if changed:
        raise BrokerUnavailable(
            f"the jars of Apache Kafka {VERSION} in {target} are no longer the listed ones ({', '.join(changed)})",
            "find out who wrote them, then remove that directory: the next start fetches it again",
        )


def _differing(paths: Iterable[Path], wanted: Mapping[str, str]) -> list[str]:
    """The names of missing, additional and changed files, sorted."""
    found = {path.name: _digest(path) for path in paths}
    return sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))


def _digest(path: Path) -> str:
    """The sha256 of a file's content; empty if it cannot be read, which no listed jar has."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _install(cache: Path, target: Path, wanted: Mapping[str, str]) -> None:
    with TemporaryDirectory(dir=cache, prefix="fetching-") as staging:
        fetched = _fetch(Path(staging) / "maven", cache)
        verify(fetched, wanted)
        complete = Path(staging) / "jars"
        complete.mkdir()
        for path in fetched:
            path.rename(complete / path.name)
        shutil.rmtree(target, ignore_errors=True)
        complete.rename(target)


def _fetch(repository: Path, cache: Path) -> list[Path]:
    """Resolve and download into our own repository: ~/.m2 belongs to the user."""
    try:
        # jgo.build would also fetch a JDK to sort jars into modules, but a class path needs no modules.
        with contextlib.redirect_stdout(sys.stderr):
            return resolve(repository, COORDINATES)
    except Exception as error:  # jgo passes on the errors of requests, XML and its own assertions
        raise BrokerUnavailable(
            f"Apache Kafka {VERSION} is not in {cache} and cannot be fetched ({type(error).__name__})",
            "connect to the network once, copy that directory from another machine, or set the bootstrap servers of "
            "a running Kafka",
        ) from error


def resolve(repository: Path, coordinates: str) -> list[Path]:
    """Fetch artifacts, joined by +, with all that they need to run; raises whatever jgo does."""
    from jgo.maven import MavenContext
    from jgo.parse import Endpoint

    context = MavenContext(repo_cache=repository)
    roots = [context.create_dependency(part) for part in Endpoint.parse(coordinates).coordinates]
    resolved, others = context.resolver.resolve(roots)
    needed = [*resolved, *(dependency for dependency in others if dependency.scope in ("compile", "runtime"))]
    return [dependency.artifact.resolve() for dependency in needed]
