"""Pictures of the tools around a home in docs/images: the terminal at two widths, Superset's dashboard, Prefect's runs.

python -m tests.journeys.pictures HOME
"""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from base64 import b64decode
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from rich.console import Console
from rich.text import Text

from tests.journeys import superset as a_superset
from tests.journeys.servers import environment_of, python_of, wait_for
from tests.prefect import server as a_prefect
from tests.report.browser import Tab, browse
from tests.scene import small_rows, write_prices, write_rankings

FOLDER = Path(__file__).parents[2] / "docs" / "images"
TERMINALS = {"terminal-80.png": (80, 1000), "terminal-200.png": (200, 1800)}  # columns, pixels
SHOWN = ("tokenshare", "metrics", "china_share_bounds_weekly")
LINES = 30
PASSES = ("2026-07-13T06:00:00Z", "2026-07-14T06:00:00Z")  # the second one meets prices in another unit, and holds them
PRICED = {"deepseek/deepseek-r1": ("0.0000004", "0.000002"), "openai/gpt-4o": ("0.0000025", "0.00001")}
MISPRICED = {"deepseek/deepseek-r1": ("0.4", "2"), "openai/gpt-4o": ("2.5", "10")}


def printed(home: Path, width: int) -> bytes:
    """What the command prints at a real terminal of that width."""
    environ = environment_of() | {"TOKENSHARE_HOME": str(home), "TERM": "xterm-256color"}
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, width, 0, 0))
        os.execve(Path(sys.executable).with_name(SHOWN[0]), SHOWN, environ)
    found = b""
    with suppress(OSError):  # Linux's word for the end of a terminal
        while read := os.read(master, 65_536):
            found += read
    os.waitpid(pid, 0)
    return b"\n".join(found.split(b"\r\n")[:LINES])


def as_page(text: str, width: int) -> str:
    """A page with the text as a terminal shows it, in a font of this machine."""
    screen = Console(record=True, width=width, file=io.StringIO(), color_system="truecolor")
    screen.print(Text.from_ansi(text))
    drawn = re.sub(r"@font-face \{.*?\}", "", screen.export_svg(title=" ".join(SHOWN)), flags=re.DOTALL)
    return f"<!doctype html><style>body {{ margin: 0; overflow: hidden }} svg {{ display: block }}</style>{drawn}"


def keep(tab: Tab, name: str) -> None:
    """Write what the tab shows."""
    (FOLDER / name).write_bytes(b64decode(tab.ask("Page.captureScreenshot", format="png")["data"]))


def draw_terminals(tab: Tab, home: Path, folder: Path) -> None:
    """Draw the command at each width."""
    for name, (columns, pixels) in TERMINALS.items():
        page = folder / "terminal.html"
        page.write_text(as_page(printed(home, columns).decode(), columns))
        tab.open(page, width=pixels)
        tab.open(
            page, width=pixels, height=int(tab.value("document.querySelector('svg').getBoundingClientRect().height"))
        )
        keep(tab, name)


def draw_superset(tab: Tab, file: Path, folder: Path) -> None:
    """Draw the dashboard in a Superset of its own."""
    with a_superset.start(python_of("superset"), folder / "superset") as server:
        draw_dashboard(tab, server, server.bring_dashboard(file, folder))


def draw_dashboard(tab: Tab, server: a_superset.Superset, address: str) -> None:
    tab.ask("Network.enable")
    server.let_in(tab)
    tab.open(address, width=1400, height=920)
    wait_for(lambda: tab.value(a_superset.DRAWN), lambda count: count == a_superset.CANVASES)
    wait_for(lambda: "current" in tab.value("document.body.innerText"), bool)
    sleep(2)  # until the lines have moved to where they belong
    keep(tab, "superset.png")


def draw_prefect(tab: Tab, folder: Path) -> None:
    """Draw the runs of a good pass and of one that holds, in a Prefect of its own."""
    world = write_rankings(folder / "world", small_rows(date(2026, 6, 29), 16))
    write_prices(world, "2026-07-01T00:00:00Z", PRICED)
    write_prices(world, "2026-07-14T03:00:00Z", MISPRICED)
    with a_prefect.start(folder / "prefect", PREFECT_SERVER_UI_API_URL="/api") as server:
        server.wait()
        given = {"TOKENSHARE_HOME": str(folder / "home"), "PREFECT_API_URL": server.url}
        words = [sys.executable, "-c", "from flows.cli import main; main()"]
        try:
            for moment in PASSES:
                command = [*words, "refresh", "--world", str(world), "--as-of", moment]
                subprocess.run(command, env=a_prefect.environment(folder / "prefect") | given, check=False)
        finally:
            subprocess.run([*words, "broker", "stop"], env=environment_of() | given, check=True)
        tab.open(f"{server.url.removesuffix('/api')}/runs", width=1400, height=1000)
        wait_for(lambda: tab.value("document.body.innerText"), lambda text: text.count("as of 2026-07") >= len(PASSES))
        sleep(2)  # until the chart is drawn
        keep(tab, "prefect.png")


def draw(home: Path) -> None:
    with TemporaryDirectory() as profile, TemporaryDirectory() as folder, browse(Path(profile)) as tab:
        draw_terminals(tab, home, Path(folder))
        draw_superset(tab, home / "published" / "tokenshare.duckdb", Path(folder))
        draw_prefect(tab, Path(folder))


if __name__ == "__main__":
    draw(Path(sys.argv[1]).resolve())
