"""The commands about alerts: what is open, whether they reach anybody, and delivering them without a pass."""

import typer

from flows import answer, looks, show
from flows import settings as environment
from flows.options import Json
from tokenshare.errors import ExitCode

app = typer.Typer(no_args_is_help=True, help="What is open, whether alerts reach anybody, and delivering them now.")


@app.command("list")
def show_alerts(json: Json = False) -> None:
    """What is open, what is over, and which channel has taken which message."""
    answer.give(looks.alerts(looks.find_home(environment.load())), json, show.draw_alerts)


@app.command("test")
def send_one(json: Json = False) -> None:
    """Send one message to every channel, and say for each what became of it."""
    from flows.notify import send_test

    found = send_test(environment.load())
    answer.give({"channels": found}, json, show.draw_channels)
    _leave(not all(channel["is_delivered"] for channel in found))


@app.command()
def deliver(json: Json = False) -> None:
    """Deliver what no channel has taken yet, without a pass and without waiting for its next turn."""
    from flows.notify import deliver_now

    settings = environment.load()
    home = looks.find_home(settings)
    found = deliver_now(settings)
    document = {"alerts": found, "channels": looks.alerts(home)["channels"]}
    answer.give(document, json, show.draw_channels)
    _leave(bool(found["undelivered"]))


def _leave(is_undelivered: bool) -> None:
    raise typer.Exit(int(ExitCode.UNDELIVERED if is_undelivered else ExitCode.OK))
