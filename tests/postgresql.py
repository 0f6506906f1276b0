"""Debian's PostgreSQL on loopback, which can be stopped and started; each test gets a database of its own."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.compose.services import postgres_folder
from tests.prefect.server import free_port

OWNER, PASSWORD = "owner", "canary/of:the@mirror 17"
QUOTED = "canary%2Fof%3Athe%40mirror%2017"


class Server:
    """A server whose superuser is `OWNER`; PostgreSQL refuses to be root."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.port = programs, folder, free_port()
        self.user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self.user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
        password = folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        options = ["--username", OWNER, "--auth", "scram-sha-256", "--pwfile", password, "--no-sync", "--encoding=UTF8"]
        self._run("initdb", "--pgdata", folder / "data", *options)
        self.start()

    def start(self) -> None:
        words = ["-D", self.folder / "data", "-h", "127.0.0.1", "-k", self.folder, "-p", self.port, "-c", "fsync=off"]
        command = [str(word) for word in (self.programs / "postgres", *words)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=self.folder, **quiet, **self.user)
        for _ in range(300):
            try:
                psycopg.connect(self.dsn("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError("PostgreSQL does not start")

    def stop(self) -> None:
        self.process.terminate()  # smart: it waits for clients
        self.process.send_signal(2)  # fast: it does not
        self.process.wait(30)

    def dsn(self, database: str, user: str = OWNER, password: str = QUOTED) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def database(self, encoding: str = "UTF8") -> str:
        """The DSN of a new database."""
        name = f"mirror_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
        return self.dsn(name)

    def psql(self, dsn: str, command: str) -> str:
        done = subprocess.run([self.programs / "psql", dsn, "-c", command], capture_output=True, text=True, check=True)
        return done.stdout

    def _run(self, name: str, *words: object) -> None:
        command = [str(word) for word in (self.programs / name, *words)]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self.user)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests of a process."""
    programs = postgres_folder()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="tokenshare-postgresql-"))
    folder.chmod(0o755)
    found = Server(programs, folder)
    yield found
    found.stop()
    shutil.rmtree(folder)


@pytest.fixture
def dsn(server: Server) -> str:
    """A database of the test's own."""
    return server.database()


def rows(dsn: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query, over a connection of its own."""
    with psycopg.connect(dsn) as connection:
        return connection.execute(query, values or None).fetchall()  # type: ignore[arg-type]
