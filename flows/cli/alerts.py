"""Commands about alerts: list them, test the channels, deliver without a pass."""

import typer

from flows.cli.listing import Listing, lists
from flows.cli.options import Json
from flows.cli.output import emit
from flows.cli.setup import find_home, load_settings
from flows.cli.tables import OPEN, draw_alerts, draw_channels
from tokenshare.errors import ExitCode

app = typer.Typer(
    name="alerts", no_args_is_help=True, help="List alerts, test the channels, or deliver waiting alerts now."
)


@app.command("list")
@lists
def list_alerts(*, listing: Listing) -> None:
    """List open and past alerts, and the delivery of each message in each channel."""
    from flows.queries import overview

    listing.emit(overview.alerts(find_home()), "open", draw_alerts, OPEN)


@app.command("test")
def try_channels(json: Json = False) -> None:
    """Send one test message to every channel, and report each delivery."""
    from flows.stages.notify import send_test

    results = send_test(load_settings())
    emit({"channels": results}, json, draw_channels)
    _exit(not all(channel["is_delivered"] for channel in results))


@app.command()
def deliver(json: Json = False) -> None:
    """Deliver waiting alerts now, without a pass and before their next try is due."""
    from flows.queries import overview
    from flows.stages.notify import deliver_now

    settings = load_settings()
    home = find_home(settings)
    results = deliver_now(settings)
    emit({"alerts": results, "channels": overview.alerts(home)["channels"]}, json, draw_channels)
    _exit(bool(results["undelivered"]))


def _exit(is_undelivered: bool) -> None:
    raise typer.Exit(int(ExitCode.UNDELIVERED if is_undelivered else ExitCode.OK))
