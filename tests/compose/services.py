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
from tests.compose.given import GIVEN, interpolated
from tests.prefect.server import environment, free_port

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MEMORY = re.compile(r"^/tmp(?=/(?:prefect|pages)$|$)")
# Every port that a service listens on in its container, and those of this machine that lead to one.
PORTS = {
    **dict.fromkeys(("kafka", "kafka-2", "kafka-3"), (9092, 9093, 9094, 19092)),
    "postgres": (5432,),
    "prefect": (4200,),
    "tokenshare": (8080, 9464),
    "gateway": (4318,),
    "report": (8000,),
    "proxy": (8000,),
    "superset": (8088,),
}
DOORS = {
    int(outer): (name, int(inner))
    for name, service in SERVICES.items()
    for _, outer, inner in (one.split(":") for one in service.get("ports", []))
}
ADDRESS = re.compile(r"(?<![\w.-])([a-z][\w-]*|127\.0\.0\.1|0\.0\.0\.0|):(\d{4,5})\b")


def postgres_folder() -> Path | None:
    """Debian's folder of the newest installed PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass
class Local:
    """A place for all services on this machine."""

    root: Path
    stack: ExitStack
    variables: Mapping[str, str] = field(default_factory=lambda: GIVEN)
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    ports: dict[tuple[str, int], int] = field(
        default_factory=lambda: {(name, port): free_port() for name, ports in PORTS.items() for port in ports}
    )

    def moved(self, service: str, text: str) -> str:
        """The text of a service with every address of the composition as it is here."""

        def here(found: re.Match[str]) -> str:
            host, port = found[1], int(found[2])
            other = (host, port) if host in PORTS else (service, port)
            known = self.ports.get(other) or self.ports.get(DOORS.get(port, other))
            return f"127.0.0.1:{known}" if known else found[0]

        text = ADDRESS.sub(here, text)
        (self.root / "curated").mkdir(exist_ok=True)
        text = re.sub("^/curated$", str(self.root / "curated"), text)
        return text.replace("/var/lib/tokenshare", str(self.root / "home"))

    def environment(self, service: str) -> dict[str, str]:
        """The service's environment in the composition, adapted to this machine."""
        wanted = SERVICES[service]["environment"]
        passed = {
            name: self.variables[name] for name, value in wanted.items() if value is None and name in self.variables
        }
        told = passed | {
            name: interpolated(str(value), self.variables) for name, value in wanted.items() if value is not None
        }
        here = {name: MEMORY.sub(str(self.memory(service)), self.moved(service, value)) for name, value in told.items()}
        here = {name: value.replace("0.0.0.0", "127.0.0.1") for name, value in here.items()}
        return {name: self._port(service, value) if name.endswith("_PORT") else value for name, value in here.items()}

    def memory(self, service: str) -> Path:
        """The service's /tmp."""
        folder = self.root / f"{service}-memory"
        folder.mkdir(exist_ok=True)
        return folder

    def words(self, service: str) -> list[str]:
        """The service's command, with its ports."""
        words = self.moved(service, SERVICES[service]["command"]).replace("0.0.0.0", "127.0.0.1").split()
        return [self._port(service, word) for word in words]

    def _port(self, service: str, word: str) -> str:
        return str(self.ports.get((service, int(word)), word)) if word.isdigit() else word

    @cached_property
    def programs(self) -> Path:
        """The folder of this environment's commands, as PATH in an image."""
        return ROOT / ".venv" / "bin"

    def log(self, service: str) -> str:
        """What the newest process of a service printed."""
        return (self.root / f"{service}.log").read_text(errors="replace")

    def run(self, service: str, words: list[str], told: Mapping[str, str], **options: Any) -> "subprocess.Popen[bytes]":
        """Starts a service's process; it is ended with the stack, by its handle."""
        log = self.stack.enter_context((self.root / f"{service}.log").open("wb"))
        process = subprocess.Popen(words, env=told, stdout=log, stderr=log, **options)
        self.stack.callback(_end, process)
        self.processes[service] = process
        return process

    def end(self, service: str) -> None:
        """Ends the newest process of a service like a power cut."""
        self.processes[service].kill()
        self.processes[service].wait()

    def own(self, service: str, *command: str) -> "subprocess.Popen[bytes]":
        """Start a service running in Python, or another command in its place as `docker compose exec` does; confined as
        its container is, if this process may do so.
        """
        bare = environment(self.root / f"{service}-prefect")
        here = {"PATH": f"{self.programs}:{bare['PATH']}", "TMPDIR": str(self.memory(service))}
        told = {**bare, **self.environment(service), **here}
        words = list(command) or self.words(service)
        if confined.is_possible() and SERVICES[service]["read_only"]:
            words = confined.words(self.writable(service), words)
        return self.run(service, words, told, cwd=ROOT)

    def writable(self, service: str) -> list[Path]:
        """The folders that the service may write: its memory and the home, if it has them."""
        has_memory = "/tmp" in SERVICES[service].get("tmpfs", [])
        has_home = "home:/var/lib/tokenshare" in SERVICES[service].get("volumes", [])
        return [self.memory(service)] * has_memory + [self.root / "home"] * has_home

    def kafka(self, service: str = "kafka") -> "subprocess.Popen[bytes]":
        """Starts Apache Kafka from its jars, with settings from variables as the official image does.

        One that was there before has what it had.
        """
        node, runtime = Node.of(self.root / service), java.find(os.environ)
        jars = distribution.jars(Path("~/.cache/tokenshare").expanduser(), lambda _: None)
        node.root.mkdir(parents=True, exist_ok=True)
        told = {name: value for name, value in self.environment(service).items() if name != "KAFKA_LOG_DIRS"}
        settings = {name.removeprefix("KAFKA_").lower().replace("_", "."): value for name, value in told.items()}
        settings["log.dirs"] = str(node.data)
        node.properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        tool = (
            "kafka.tools.StorageTool",
            "format",
            "--ignore-formatted",
            "-t",
            "MkU3OEVBNTcwNTJENDM2Qg",
            "-c",
            str(node.properties),
        )
        subprocess.run(command(runtime, jars, *tool), check=True, capture_output=True, cwd=node.root, timeout=120)
        return self.run(service, command(runtime, jars, "kafka.Kafka", str(node.properties)), {}, cwd=node.root)

    def proxy(self, program: Path) -> "subprocess.Popen[bytes]":
        """Starts Debian's Caddy with the configuration and the command of its container, and with a file that has the
        capability of the image's, if this process may give it."""
        memory, mine = self.memory("proxy"), self.root / "caddy"
        shutil.copy(program, mine)
        if confined.is_possible():
            subprocess.run(["setcap", "cap_net_bind_service=+ep", mine], check=True)
        config = self.root / "Caddyfile"
        inside, here = "http://:8000 {", f"http://:{self.ports['proxy', 8000]} {{\n\tbind 127.0.0.1"
        told = (ROOT / COMPOSE["configs"]["proxy"]["file"]).read_text().replace(inside, here)
        config.write_text(self.moved("proxy", told))
        here = {"/tmp/": f"{memory}/", "/usr/bin/caddy": str(mine), "/etc/caddy/Caddyfile": str(config)}
        (*shell, script) = SERVICES["proxy"]["entrypoint"]
        words = [*shell, re.sub("|".join(here), lambda found: here[found[0]], script)]
        if confined.is_possible():
            words = confined.words([memory], words)
        return self.run("proxy", words, {"PATH": os.environ["PATH"], **self.environment("proxy")}, cwd=self.root)

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
        single = ["--username", told["POSTGRES_USER"], "--encoding", "UTF8", "--auth", "scram-sha-256",
                  "--pwfile", password]  # fmt: skip
        initdb = [programs / "initdb", "--pgdata", data / "data", "--no-sync", *single]
        subprocess.run(initdb, check=True, capture_output=True, **options)
        words = [str(programs / "postgres"), "-D", str(data / "data"), "-h", "127.0.0.1", "-k", str(data), "-p",
                 str(self.ports["postgres", 5432]), "-c", "fsync=off"]  # fmt: skip
        process = self.run("postgres", words, {}, **options)
        self.until(lambda: self.sql(programs, "postgres", "SELECT 1"), process)
        self.sql(programs, "postgres", f'CREATE DATABASE "{told["POSTGRES_DB"]}"')
        self.prepare(programs)  # what lies in docker-entrypoint-initdb.d runs once
        return process

    def prepare(self, programs: Path) -> None:
        """Runs the statements of the composition in PostgreSQL, each by itself, as psql reads a file."""
        for config in SERVICES["postgres"]["configs"]:
            script = interpolated(COMPOSE["configs"][config["source"]]["content"], self.variables)
            for statement in script.splitlines():
                self.sql(programs, self.environment("postgres")["POSTGRES_DB"], statement)

    def sql(self, programs: Path, database: str, statement: str) -> str:
        """The answer of PostgreSQL, asked by password over TCP; empty without one."""
        told = self.environment("postgres")
        words = [
            programs / "psql",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.ports["postgres", 5432]),
            "-U",
            told["POSTGRES_USER"],
        ]
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
def local(variables: Mapping[str, str] = GIVEN) -> Iterator[Local]:
    """A place for services with what .env has; they are ended in the end. Any user may look into it."""
    with tempfile.TemporaryDirectory(prefix="tokenshare-composed-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        yield Local(Path(folder), stack, variables)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
