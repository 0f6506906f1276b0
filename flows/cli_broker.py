"""The commands of the local Apache Kafka."""

from dataclasses import asdict

import typer

from flows import answer, show
from flows import settings as environment
from flows.options import Json

app = typer.Typer(no_args_is_help=True, help="The local Apache Kafka of this home.")


@app.command("start")
def start_broker(json: Json = False) -> None:
    """Start the local broker where it does not run."""
    from flows.surroundings import open_cluster

    with answer.progress() as progress:
        found = open_cluster(environment.load(), progress)
    answer.give({"bootstrap_servers": found.bootstrap_servers}, json, show.draw_facts)


@app.command("stop")
def stop_broker(json: Json = False) -> None:
    """Stop the local broker; its data stays."""
    from connectors.kafka import broker

    answer.give({"stopped": broker.stop(environment.load().home)}, json, show.draw_facts)


@app.command("status")
def show_broker(json: Json = False) -> None:
    """Whether the local broker runs, and where."""
    from connectors.kafka import broker

    answer.give(asdict(broker.status(environment.load().home)), json, show.draw_facts)
