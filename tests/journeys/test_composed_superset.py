"""The Superset of the composition without its image: its start, its configuration, and the mirror, as processes."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from flows.operations.mirror import mirror
from flows.settings import load
from tests.compose import confined
from tests.compose.given import given
from tests.compose.services import ROOT, Local, local, postgres_folder
from tests.journeys.moving import Moving
from tests.journeys.servers import answers, environment_of, python_of
from tests.journeys.superset import Superset, log_in
from tests.journeys.test_superset import TOKENS, day

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1800)]
TOLD = given("bi")
ADMIN = {"username": "admin", "password": TOLD["TOKENSHARE_SUPERSET_PASSWORD"]}


@pytest.fixture(scope="module")
def place(moving: Moving) -> Iterator[Local]:
    """PostgreSQL as composed, with the mirror of a home."""
    programs = postgres_folder()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with local(TOLD) as made:
        made.postgres(programs)
        dsn = made.environment("tokenshare")["TOKENSHARE_MIRROR_DSN"]
        assert mirror(load(moving.scene.variables | {"TOKENSHARE_MIRROR_DSN": dsn}))["exit_code"] == 0
        made.prepare(programs)  # a second time, as in a volume of an older version
        yield made


@pytest.fixture(scope="module")
def superset(place: Local) -> Iterator[Superset]:
    """The script of the service, with the address of PostgreSQL as it is here."""
    python = python_of("superset")
    folder = place.root / "superset"
    folder.mkdir()
    for name in ("superset.sh", "superset_config.py"):
        text = place.moved("superset", (ROOT / "compose" / name).read_text().replace("0.0.0.0", "127.0.0.1"))
        (folder / name).write_text(
            text.replace("/tmp", str(folder)).replace("/dashboard", str(ROOT / "docs/bi/superset"))
        )
    here = {"SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"), "SUPERSET_HOME": str(folder / "home")}
    environ = environment_of("SUPERSET_") | place.environment("superset") | here | {"HOME": str(folder)}
    environ |= {"FLASK_APP": "superset.app:create_app()", "PATH": f"{python.parent}:{environ['PATH']}"}
    words = ["sh", str(folder / "superset.sh")]
    if confined.is_possible():
        words = confined.words([folder], words)  # its /tmp and its home; everything else is read-only
    process = place.run("superset", words, environ, cwd=folder)
    url = f"http://127.0.0.1:{place.ports['superset', 8088]}"
    place.until(lambda: answers(f"{url}/health"), process, seconds=600)
    with httpx.Client(base_url=url, timeout=120, headers={"Referer": url}) as client:
        yield log_in(Superset(url, client), ADMIN)


def test_the_dashboard_is_there_and_has_the_numbers_of_the_mirror(superset: Superset, moving: Moving) -> None:
    assert [one["slug"] for one in superset.ask("dashboard/")["result"]] == ["tokenshare"]
    (dataset,) = [one["id"] for one in superset.ask("dataset/")["result"] if one["table_name"] == "wide_vendor_weekly"]
    found = superset.chart(dataset, ["week_start_date", "vendor_name"], "tokens")
    charted = {(day(row["week_start_date"]), row["vendor_name"], row["tokens"]) for row in found}
    assert charted == set(moving.rows(TOKENS))


def test_it_reads_the_mirror_and_writes_nothing_there(place: Local, moving: Moving) -> None:
    (address,) = [line for line in (ROOT / "compose" / "superset.sh").read_text().splitlines() if "mirror=" in line]
    dsn = place.moved("superset", address.removeprefix("mirror=").replace("+psycopg2", ""))
    with psycopg.connect(dsn, password=ADMIN["password"], autocommit=True) as reader:
        assert reader.execute("SELECT count(*) FROM marts.wide_vendor_weekly").fetchone()
        for statement in ("DELETE FROM marts.wide_vendor_weekly", "CREATE TABLE public.x ()", "CREATE SCHEMA x"):
            with pytest.raises(psycopg.Error):
                reader.execute(statement)
            reader.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn, password="another")
