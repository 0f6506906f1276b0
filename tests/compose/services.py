"""The services of docker-compose.yml as plain processes: the same commands and environment, on free loopback ports."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import yaml

from connectors.kafka import distribution, java
from connectors.kafka.node import Node, command
from tests.compose import confined
from tests.prefect.server import environment, free_port

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PASSWORDS = {
    "TOKENSHARE_POSTGRES_PASSWORD": "canary-database-17",
    "TOKENSHARE_PREFECT_AUTH": "someone:canary-login-23",
    "TOKENSHARE_KAFKA_SASL_PASSWORD": "canary-kafka-31",
}
IMAGES = ("KAFKA", "POSTGRES", "PREFECT", "PYTHON")
DIGESTS = {f"TOKENSHARE_{image}_DIGEST": f"sha256:{image.encode().hex():0>64}" for image in IMAGES}
GIVEN = PASSWORDS | DIGESTS
# What the profile `scale` wants beside these.
SCALE_DIGESTS = {f"TOKENSHARE_{image}_DIGEST": f"sha256:{image.encode().hex():0>64}" for image in ("FLINK", "BEAM")}
SCALE = {"COMPOSE_PROFILES": "scale"} | SCALE_DIGESTS
VARIABLE = re.compile(r"\$\{(\w+)(?::([?+-])([^}]*))?\}")
MEMORY = re.compile(r"^/tmp(?=/(?:prefect|pages)$|$)")
# Every port that a service listens on, with the names by which it is called there.
PORTS = {
    9092: ("localhost", ""),
    19092: ("kafka", ""),
    9093: ("localhost",),
    9094: ("localhost",),
    5432: ("postgres",),
    4200: ("prefect", "127.0.0.1"),
    8080: ("127.0.0.1",),
    8000: ("127.0.0.1",),
    4318: ("127.0.0.1",),
}


def interpolated(text: str, given: Mapping[str, str]) -> str:
    """The text with variables filled in as Compose does; raises KeyError for a required one not set."""

    def filled(found: re.Match[str]) -> str:
        name, sign, word = found.groups()
        if sign == "+":
            return word if name in given else ""
        return given[name] if sign == "?" else given.get(name, word or "")

    return VARIABLE.sub(filled, text)


def postgres_folder() -> Path | None:
    """Debian's folder of the newest installed PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass
class Local:
    """A place for all services on this machine."""

    root: Path
    stack: ExitStack
    ports: dict[int, int] = field(default_factory=lambda: {port: free_port() for port in PORTS})

    def moved(self, text: str) -> str:
        """The text with every address of the composition as it is here."""
        for port, hosts in PORTS.items():
            for host in hosts:
                text = re.sub(rf"(?<![\w.]){re.escape(host)}:{port}\b", f"127.0.0.1:{self.ports[port]}", text)
        (self.root / "curated").mkdir(exist_ok=True)
        text = re.sub("^/curated$", str(self.root / "curated"), text)
        return text.replace("/var/lib/tokenshare", str(self.root / "home"))

    def environment(self, service: str) -> dict[str, str]:
        """The service's environment in the composition, adapted to this machine."""
        given = {name: value for name, value in SERVICES[service]["environment"].items() if value is not None}
        told = {name: interpolated(str(value), GIVEN) for name, value in given.items()}
        here = {name: MEMORY.sub(str(self.memory(service)), self.moved(value)) for name, value in told.items()}
        return {name: str(self.ports[int(value)]) if name.endswith("_PORT") else value for name, value in here.items()}

    def memory(self, service: str) -> Path:
        """The service's /tmp."""
        folder = self.root / f"{service}-memory"
        folder.mkdir(exist_ok=True)
        return folder

    def words(self, service: str) -> list[str]:
        """The service's command, with its ports."""
        words = self.moved(SERVICES[service]["command"]).replace("0.0.0.0", "127.0.0.1").split()
        return [str(self.ports.get(int(word), word)) if word.isdigit() else word for word in words]

    @cached_property
    def programs(self) -> Path:
        """The folder of this environment's commands, as PATH in an image."""
        return ROOT / ".venv" / "bin"

    def run(self, service: str, words: list[str], told: Mapping[str, str], **options: Any) -> "subprocess.Popen[bytes]":
        """Starts a service's process; it is ended with the stack, by its handle."""
        log = self.stack.enter_context((self.root / f"{service}.log").open("wb"))
        process = subprocess.Popen(words, env=told, stdout=log, stderr=log, **options)
        self.stack.callback(_end, process)
        return process

    def own(self, service: str) -> "subprocess.Popen[bytes]":
        """Start a service running in Python; confined as its container is, if this process may do so."""
        bare = environment(self.root / f"{service}-prefect")
        here = {"PATH": f"{self.programs}:{bare['PATH']}", "TMPDIR": str(self.memory(service))}
        told = {**bare, **self.environment(service), **here}
        words = self.words(service)
        if confined.is_possible() and SERVICES[service]["read_only"]:
            words = confined.words(self.writable(service), words)
        return self.run(service, words, told, cwd=ROOT)

    def writable(self, service: str) -> list[Path]:
        """The folders that the service may write: its memory and the home, if it has them."""
        has_memory = "/tmp" in SERVICES[service].get("tmpfs", [])
        has_home = "home:/var/lib/tokenshare" in SERVICES[service].get("volumes", [])
        return [self.memory(service)] * has_memory + [self.root / "home"] * has_home

    def kafka(self) -> "subprocess.Popen[bytes]":
        """Starts Apache Kafka from its jars, its settings translated from variables as the official image does."""
        node, runtime = Node.of(self.root), java.find(os.environ)
        jars = distribution.jars(Path("~/.cache/tokenshare").expanduser(), lambda _: None)
        node.root.mkdir()
        told = {name: value for name, value in self.environment("kafka").items() if name != "KAFKA_LOG_DIRS"}
        settings = {name.removeprefix("KAFKA_").lower().replace("_", "."): value for name, value in told.items()}
        settings["log.dirs"] = str(node.data)
        node.properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        tool = ("kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", str(node.properties))
        subprocess.run(command(runtime, jars, *tool), check=True, capture_output=True, cwd=node.root, timeout=120)
        return self.run("kafka", command(runtime, jars, "kafka.Kafka", str(node.properties)), {}, cwd=node.root)

    def postgres(self, programs: Path) -> "subprocess.Popen[bytes]":
        """Starts Debian's PostgreSQL as the official image does: one user and its database, by password."""
        told, data = self.environment("postgres"), Path(tempfile.mkdtemp(prefix="tokenshare-postgres-"))
        self.stack.callback(shutil.rmtree, data, ignore_errors=True)
        options: dict[str, Any] = {"cwd": data}
        password = data / "password"
        password.write_text(told["POSTGRES_PASSWORD"])
        if os.geteuid() == 0:  # PostgreSQL refuses to be root
            options |= {"user": "postgres", "group": "postgres", "extra_groups": []}
            for path in (data, password):
                shutil.chown(path, "postgres", "postgres")
        single = ["--username", told["POSTGRES_USER"], "--auth", "scram-sha-256", "--pwfile", password]
        initdb = [programs / "initdb", "--pgdata", data / "data", "--no-sync", *single]
        subprocess.run(initdb, check=True, capture_output=True, **options)
        words = [str(programs / "postgres"), "-D", str(data / "data"), "-h", "127.0.0.1", "-k", str(data), "-p",
                 str(self.ports[5432]), "-c", "fsync=off"]  # fmt: skip
        process = self.run("postgres", words, {}, **options)
        self.until(lambda: self.sql(programs, "postgres", "SELECT 1"), process)
        self.sql(programs, "postgres", f'CREATE DATABASE "{told["POSTGRES_DB"]}"')
        for config in SERVICES["postgres"]["configs"]:  # what lies in docker-entrypoint-initdb.d runs once
            self.sql(programs, told["POSTGRES_DB"], COMPOSE["configs"][config["source"]]["content"])
        return process

    def sql(self, programs: Path, database: str, statement: str) -> str:
        """The answer of PostgreSQL, asked by password over TCP; empty without one."""
        told = self.environment("postgres")
        words = [programs / "psql", "-h", "127.0.0.1", "-p", str(self.ports[5432]), "-U", told["POSTGRES_USER"]]
        asked = [*words, "-d", database, "-Atc", statement]
        done = subprocess.run(asked, env={"PGPASSWORD": told["POSTGRES_PASSWORD"]}, capture_output=True, text=True)
        return done.stdout.strip()

    def until(self, holds: Any, process: "subprocess.Popen[bytes]", seconds: float = 180) -> Any:
        """The first true result of `holds`; the process must live until then."""
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            assert process.poll() is None, f"{process.args!r} ended"
            try:
                if found := holds():
                    return found
            except OSError:
                pass
            sleep(0.3)
        raise AssertionError(f"{process.args!r}: not within {seconds} s")


@contextmanager
def local(root: Path) -> Iterator[Local]:
    """A place for services; they are ended in the end."""
    with ExitStack() as stack:
        yield Local(root, stack)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
