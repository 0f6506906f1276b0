"""The commands about alerts: what is open, whether channels work, and delivery without a pass."""

import typer

from flows import settings as environment
from flows.cli.options import Json
from flows.cli.output import emit
from flows.cli.tables import draw_alerts, draw_channels
from flows.queries import overview
from tokenshare.errors import ExitCode

app = typer.Typer(name="alerts", no_args_is_help=True, help="List alerts, test the channels, or deliver now.")


@app.command("list")
def list_alerts(json: Json = False) -> None:
    """List what is open, what is over, and which channel has taken which message."""
    emit(overview.alerts(overview.find_home(environment.load())), json, draw_alerts)


@app.command("test")
def try_channels(json: Json = False) -> None:
    """Send one message to every channel, and report for each whether it was taken."""
    from flows.stages.notify import send_test

    found = send_test(environment.load())
    emit({"channels": found}, json, draw_channels)
    _exit(not all(channel["is_delivered"] for channel in found))


@app.command()
def deliver(json: Json = False) -> None:
    """Deliver what no channel has taken yet, without a pass and without waiting for its next turn."""
    from flows.stages.notify import deliver_now

    settings = environment.load()
    home = overview.find_home(settings)
    found = deliver_now(settings)
    emit({"alerts": found, "channels": overview.alerts(home)["channels"]}, json, draw_channels)
    _exit(bool(found["undelivered"]))


def _exit(is_undelivered: bool) -> None:
    raise typer.Exit(int(ExitCode.UNDELIVERED if is_undelivered else ExitCode.OK))
