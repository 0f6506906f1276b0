"""The blocks of the docs that a reader copies, and which test runs each."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RUNBOOKS = sorted((DOCS / "runbooks").glob("*.md"))  # a test of their own runs all of their lines
PAGES = [ROOT / "README.md", *sorted(page for page in DOCS.rglob("*.md") if page not in RUNBOOKS)]
BI = ROOT / ".venv" / "bi"  # what readers of the published file use beside DuckDB, in versions that work together
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    ((?:tokenshare|make|uv|docker|prefect|export|tar|TOKENSHARE_\w+=) ?\S.*)$", re.MULTILINE)
# Every kind of block, and the test that runs or reads it.
KINDS = {
    "sh": "tests/docs/test_first_run.py",
    "sql": "tests/docs/test_first_run.py",
    "python": "tests/docs/test_first_run.py",
    "postgresql": "tests/mirrors/test_documented.py",  # these two want a server, and a store
    "python3": "tests/mirrors/test_documented.py",
    "yaml": "tests/docs/test_blocks.py",
    "csv": "tests/docs/test_files_you_write.py",
    "ini": "tests/prefect/test_schedule.py",
    "cron": "tests/prefect/test_schedule.py",
    "json": "tests/scene.py",  # a world.json, as every recorded world has one
    "text": "tests/sources/test_files_people_have.py",  # what a command prints
}
# Commands that start or stop processes of the home or speak to the outside have tests of their own.
ELSEWHERE = {
    "tokenshare broker": "tests/kafka/test_broker.py",
    "tokenshare backfill": "tests/route/test_repairs.py",
    "tokenshare refresh": "tests/faults/test_c_locks.py",
    "tokenshare init": "tests/cli/test_init.py",  # it asks at a terminal, and writes a file
    "tokenshare import": "tests/cli/test_import.py",  # it wants a file
    "TOKENSHARE_HOME=.tokenshare/live tokenshare": "tests/docs/test_first_run.py",  # what `make live` runs
    "tokenshare alerts test": "tests/alerts/test_delivering.py",  # it wants a channel
    "tokenshare dlq redrive": "tests/faults/test_d_records.py",  # these name a record of a home
    "tokenshare dlq drop": "tests/faults/test_d_records.py",
    "tokenshare gates release": "tests/cli/test_widths.py",
    "TOKENSHARE_MIRROR_DSN=": "tests/mirrors/test_documented.py",
    "tokenshare mirror": "tests/mirrors/test_passes.py",  # it wants a mirror
    "tokenshare gateway": "tests/gateway/test_gateway.py",
    "tokenshare land --runner flink": "tests/flink/test_flink.py",
    "tokenshare stream": "tests/gateway/test_stream.py",
    "tokenshare status --watch": "tests/cli/test_watching.py",
    "tokenshare schemas": "tests/kafka/test_schemas.py",  # it wants a registry
    "export TOKENSHARE_SCHEMA_REGISTRY_URL": "tests/kafka/test_schemas.py",
    "export TOKENSHARE_KAFKA_PORT": "tests/kafka/test_broker.py",
    "export TOKENSHARE_METRICS_PORT": "tests/monitoring/test_serving.py",
    "cp -r docs/bi/superset": "tests/journeys/test_superset.py",
    "sed ": "tests/journeys/test_superset.py",
    "python -m zipfile": "tests/journeys/test_superset.py",
    "streamlit run docs/bi/streamlit_app.py": "tests/journeys/test_streamlit.py",
    "duckdb -readonly": "tests/docs/test_first_run.py",
    "tar --": "tests/docs/test_first_run.py",
    "mkdir --mode": "tests/docs/test_first_run.py",
    "export TOKENSHARE_HOME=restored": "tests/docs/test_first_run.py",
    "mkdir -p": "tests/cli/test_own_rows.py",
    "export TOKENSHARE_CURATED=": "tests/cli/test_own_rows.py",
    "export TOKENSHARE_ALERT_": "tests/docs/test_blocks.py",
    "export TOKENSHARE_HEARTBEAT_": "tests/docs/test_blocks.py",
    "export GENERIC_LOGGER_": "tests/gateway/test_gateway.py",
    "export OTEL_EXPORTER_": "tests/gateway/test_gateway.py",
    "export TOKENSHARE_LANDING=": "tests/storage/test_folders.py",
    "export AWS_": "tests/storage/scenes.py",  # the variables of a store
    "uv build": "tests/packaging/test_wheel.py",
    "uv tool install": "tests/packaging/test_wheel.py",
    "tokenshare serve": "tests/prefect/test_schedule.py",
    "prefect server start": "tests/prefect/server.py",
    "export PREFECT_SERVER_": "tests/prefect/test_schedule.py",
    "prefect ": "tests/prefect/test_announce.py",
    "dbt ": "tests/report/test_docs.py",
    "tokenshare docs": "tests/report/test_docs.py",
    "docker compose": "tests/compose/test_parity.py",  # without an engine: its services, as processes
    "BOOTSTRAP_SERVERS=": "tests/kafka/test_rights.py",
    "umask": "tests/compose/test_compose.py",
    "echo": "tests/compose/test_compose.py",
    "make --silent digests": "tests/compose/test_compose.py",
    "make demo": "tests/docs/test_first_run.py",
    "make live": "tests/docs/test_first_run.py",
    "make test": ".ci/run",
    "make slow": ".ci/run",
    ". .venv/bin/activate": "tests/docs/test_blocks.py",
}


def documented(kind: str, pages: list[Path] = PAGES) -> list[str]:
    """The blocks of a kind, each once; of a shell their lines."""
    texts = [body for page in pages for found, body in BLOCK.findall(page.read_text(encoding="utf-8")) if found == kind]
    return list(dict.fromkeys(line for text in texts for line in (text.splitlines() if kind == "sh" else [text])))


def run_beside(words: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder with the readers' packages on the path of Python."""
    environ = {**os.environ, "PYTHONPATH": str(BI), "PATH": f"{BI / 'bin'}:{os.environ['PATH']}", **variables}
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def run_python(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a block as a script, an application of Streamlit as one that a browser asks for."""
    script = folder / "app.py"
    script.write_text(block, encoding="utf-8")
    if "import streamlit" not in block:
        return run_beside([sys.executable, script.name], folder)
    asked = (
        "from streamlit.testing.v1 import AppTest\napp = AppTest.from_file('app.py').run(timeout=60)\n"
        "assert not app.exception, app.exception\nprint(app.caption[0].value)"
    )
    return run_beside([sys.executable, "-c", asked], folder)
