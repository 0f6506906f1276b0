"""Local stand-ins for the outside: Apache Kafka for a cluster, an emulator for the upstreams."""

import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import AsOf, Json
from flows.cli.output import emit, progress_on_stderr
from flows.cli.parsers import read_moment
from flows.cli.setup import load_settings
from flows.cli.tables import draw_facts

broker = typer.Typer(name="broker", no_args_is_help=True, help="Start, stop or inspect the local Apache Kafka.")


@broker.command("start")
def start_broker(json: Json = False) -> None:
    """Start the local broker unless it runs already."""
    from connectors.kafka.broker import status
    from flows.setup.cluster import open_cluster

    settings = load_settings()
    with progress_on_stderr() as progress:
        open_cluster(settings, progress)
    servers = settings.kafka_bootstrap_servers or status(settings.home).bootstrap_servers
    emit({"bootstrap_servers": servers}, json, draw_facts)


@broker.command("stop")
def stop_broker(json: Json = False) -> None:
    """Stop the local broker; its data stays."""
    from connectors.kafka.broker import stop

    emit({"stopped": stop(load_settings().home)}, json, draw_facts)


@broker.command("status")
def show_broker(json: Json = False) -> None:
    """Show the state and the address of the local broker."""
    from connectors.kafka.broker import status

    emit(asdict(status(load_settings().home)), json, draw_facts)


def gateway(
    host: Annotated[str, typer.Option(help="Address to listen at; put a proxy with TLS before any but loopback.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 4318,
    json: Json = False,
) -> None:
    """Receive the requests of your own LLM gateway, from LiteLLM or OpenTelemetry, until stopped."""
    from flows.operations.gateway import open_gateway

    with progress_on_stderr() as progress, open_gateway(load_settings(), host, port, progress) as serving:
        facts = {"litellm": f"{serving.url}/v1/litellm", "otlp": f"{serving.url}/v1/otlp/traces"}
        emit({"url": serving.url, **facts, "tokens": str(serving.tokens)}, json, draw_facts)
        sys.stdout.flush()
        serving.serve()


def upstream(
    world: Annotated[Path, typer.Argument(help="A directory of CSV files.")],
    as_of: AsOf = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 0,
    json: Json = False,
) -> None:
    """Serve a world on loopback in place of its upstreams, until stopped."""
    from flows.setup.clock import now
    from flows.setup.upstreams import origin_of, serve_world

    moment = read_moment(as_of) if as_of else origin_of(world).as_of or now()
    served = serve_world(world, moment, port)
    emit({"url": served.url, "key": served.key}, json, draw_facts)
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        served.serve_forever()
