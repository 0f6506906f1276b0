"""A real Superset on loopback, from its package, with a user; and the questions its REST API is asked."""

import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.journeys.servers import CONFIG, RELATIVE, ROOT, environment_of, running
from tests.report.browser import Tab

DASHBOARD = ROOT / "docs" / "bi" / "superset.md"
USER = {"username": "analyst", "password": "analyst-of-the-journey"}
DRAWN = "document.querySelectorAll('.dashboard canvas').length"
CANVASES = 2
# What `superset db upgrade`, `superset fab create-admin` and `superset init` do, in one process.
PREPARE = """
import sys
from superset.app import create_app
from superset.cli.main import superset
runner = create_app().test_cli_runner(catch_exceptions=False)
for words in (["db", "upgrade"], ["fab", "create-admin", *sys.argv[1:]], ["init"]):
    done = runner.invoke(superset, words)
    assert done.exit_code == 0, done.output
"""


@dataclass(frozen=True)
class Superset:
    """A started server, logged in to."""

    url: str
    client: httpx.Client

    def ask(self, path: str, question: Any = None, method: str | None = None, **sent: Any) -> Any:
        """The answer of the API to a GET, or to a POST of a question; any error of it fails."""
        given = {"json": question, **sent} if question is not None else sent
        found = self.client.request(method or ("POST" if given else "GET"), f"/api/v1/{path}", **given)
        assert found.is_success, (path, found.status_code, found.text)
        return found.json()

    def chart(self, dataset: int, columns: list[str], metric: str, **query: Any) -> list[dict[str, Any]]:
        """The rows of a chart: the sum of a column by others."""
        measure = {"expressionType": "SIMPLE", "aggregate": "SUM", "column": {"column_name": metric}, "label": metric}
        queries = [{"columns": columns, "metrics": [measure], "row_limit": 10_000, **query}]
        source = {"id": dataset, "type": "table"}
        (result,) = self.ask("chart/data", {"datasource": source, "queries": queries})["result"]
        assert result["error"] is None, result
        return list(result["data"])

    def let_in(self, tab: Tab) -> None:
        """Give a browser the session."""
        for name, value in self.client.cookies.items():
            tab.ask("Network.setCookie", name=name, value=value, url=self.url)

    def bring_dashboard(self, file: Path, folder: Path) -> str:
        """Import the dashboard on a published file as the page says; its address."""
        sent = {"formData": ("superset.zip", zipped(file, folder).read_bytes(), "application/zip")}
        assert self.ask("dashboard/import/", files=sent) == {"message": "OK"}
        return f"{self.url}/superset/dashboard/tokenshare/?standalone=1"


def zipped(file: Path, folder: Path) -> Path:
    """The dashboard as a file to import, made by the commands of the page."""
    (block,) = re.findall(r"^```sh\n(cp -r docs/bi/superset .*?)^```", DASHBOARD.read_text(), re.MULTILINE | re.DOTALL)
    (folder / "docs").symlink_to(ROOT / "docs")
    lines = block.replace(f"$PWD/{RELATIVE}", str(file)).replace("python ", f"{sys.executable} ")
    subprocess.run(["sh", "-euc", lines], cwd=folder, check=True)
    return folder / "superset.zip"


def environment(home: Path) -> dict[str, str]:
    """The environment of a Superset isolated from other ones on this machine, that counts its use for nobody."""
    return environment_of("SUPERSET_") | {
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(CONFIG),
        "SUPERSET_SECRET_KEY": secrets.token_hex(32),
        "FLASK_APP": "superset.app:create_app()",
        "SCARF_ANALYTICS": "false",
    }


def prepare(python: Path, environ: dict[str, str], folder: Path) -> None:
    """Make the metadata and the user."""
    names = {**USER, "firstname": "An", "lastname": "Analyst", "email": "analyst@localhost"}
    words = [word for name, value in names.items() for word in (f"--{name}", value)]
    with (folder / "prepare.log").open("wb") as log:
        subprocess.run([python, "-c", PREPARE, *words], env=environ, cwd=folder, stdout=log, stderr=log, check=True)


@contextmanager
def start(python: Path, home: Path) -> Iterator[Superset]:
    """A server with nothing in it but its user, until the end of the block."""
    home.mkdir()
    environ = environment(home)
    prepare(python, environ, home)
    command = [str(python), "-m", "flask", "run", "--host", "127.0.0.1", "--port", "{port}", "--with-threads"]
    with (
        running(command, environ, home, "/health") as url,
        httpx.Client(base_url=url, timeout=120, headers={"Referer": url}) as client,
    ):
        yield log_in(Superset(url, client))


def log_in(server: Superset, user: Mapping[str, str] = USER) -> Superset:
    """Log in as the form does, so that the session serves the API and a browser."""
    token = server.ask("security/login", {**user, "provider": "db"})["access_token"]
    csrf = server.ask("security/csrf_token/", headers={"Authorization": f"Bearer {token}"}, method="GET")["result"]
    form = server.client.post("/login/", data={**user, "csrf_token": csrf})
    assert form.status_code == httpx.codes.FOUND, form.text
    server.client.headers["X-CSRFToken"] = server.ask("security/csrf_token/")["result"]
    return server
