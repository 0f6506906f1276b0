"""The receiver of gateway requests, conducted: the home's topics and secret, one producer, and an HTTP server."""

import json
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

from connectors.gateway import tokens
from connectors.gateway.reading import Reading, Refused
from connectors.gateway.receiver import Limits, Receiver
from connectors.gateway.tokens import Tokens
from connectors.kafka import producer
from connectors.kafka.producer import Message, Sender, message_of
from connectors.prometheus.exposition import registry_of
from connectors.storage import home as homes
from connectors.storage.home import Home, signature
from flows.queries.observe import Observer
from flows.settings import Settings
from flows.setup import Progress
from flows.setup.clock import now
from flows.setup.cluster import open_cluster
from flows.setup.topic_ownership import sign_topics
from tokenshare.codec import REFUSED
from tokenshare.errors import BrokerUnavailable, UsageError
from tokenshare.topics import REQUEST_COMPLETED

CLOSING_SECONDS = 10
DELIVERY_SECONDS = 12  # a request to Kafka has ten; then the call is answered with 503, and its client sends it again


@dataclass(frozen=True)
class Serving:
    """A receiver ready to serve: where it listens, and the file of its tokens."""

    url: str
    tokens: Path
    serve: Callable[[], None]


@contextmanager
def open_gateway(settings: Settings, host: str, port: int, progress: Progress) -> Iterator[Serving]:
    """Prepare the receiver of a home, a new one if there is none; `serve` runs until SIGTERM or SIGINT.

    Raises UsageError if the tokens are unusable, the port is taken or the home has no secret, BrokerUnavailable if
    Kafka does not answer.
    """
    mine = Home(settings.home)
    homes.initialise(mine, (homes.describe(mine) or {}).get("origin", "live"))  # rows of its kind, whichever it is
    if not homes.has_secret(mine) and not mine.warehouse.exists():  # a new home: nothing can be without a proof
        homes.add_secret(mine)
    if not homes.has_secret(mine):
        raise UsageError("this home has no secret yet", "run `tokenshare refresh` once, which makes it")
    known = Tokens(settings.gateway_tokens or mine.gateway_tokens)
    if settings.gateway_tokens is None:
        tokens.make(known.path)
    known.read()
    sign_topics(open_cluster(settings, progress), signature(mine))
    with closing(Delivery(settings, progress)) as delivery, _bound(host, port) as (listening, url):
        delivery.open()
        registry = registry_of(Observer(settings).samples)
        receiver = Receiver(delivery.deliver, known, now, Limits(), registry)
        yield Serving(url, known.path, partial(_serve, receiver, listening))


class Delivery:
    """One producer for all calls, for threads to use at once; a new one after Kafka did not acknowledge.

    A local broker that was started again has another login, so its address is asked for anew.
    """

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self._settings, self._progress, self._lock = settings, progress, Lock()
        self._sender: Sender | None = None
        self._until = ExitStack()

    def open(self) -> Sender:
        """The producer, opened if there is none. Raises BrokerUnavailable."""
        with self._lock:
            if self._sender is None:
                cluster = open_cluster(self._settings, self._progress)
                sender = self._until.enter_context(producer.open_sender(cluster, seconds=DELIVERY_SECONDS))
                sender.share([REQUEST_COMPLETED.name])
                self._sender = sender
            return self._sender

    def deliver(self, reading: Reading) -> None:
        """Send the requests of a call, and what names each refused one: landing makes a dead letter of that.

        Raises BrokerUnavailable unless all are acknowledged, UsageError if the secret of the home cannot be read.
        """
        sender, message = self.open(), partial(message_of, REQUEST_COMPLETED)
        try:
            sender.send([*map(message, reading.events), *map(_refused, reading.refused)])
        except BrokerUnavailable:
            self._drop(sender)
            raise

    def close(self) -> None:
        """Close the producer."""
        self._until.close()

    def _drop(self, failed: Sender) -> None:
        with self._lock:
            if self._sender is failed:
                self._sender = None
                self._until.pop_all().close()


def _refused(refused: Refused) -> Message:
    """A record that is no event and says why, without a word of what was reported but ids and names."""
    value = {**refused.named, "place": refused.place, REFUSED: refused.reason}
    return Message(
        REQUEST_COMPLETED.name, None, json.dumps(value).encode(), (("schema", REQUEST_COMPLETED.name.encode()),)
    )


@contextmanager
def _bound(host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens there, and its address. Raises UsageError if the port cannot be taken."""
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be listened at ({error.strerror})", "choose another with --host and --port"
        ) from error
    with listening:
        shown = f"[{host}]" if ":" in host else host
        yield listening, f"http://{shown}:{listening.getsockname()[1]}"


def _serve(receiver: Receiver, listening: socket.socket) -> None:
    """Serve until a signal; calls being served have CLOSING_SECONDS to be answered."""
    import uvicorn

    config = uvicorn.Config(
        receiver.app(),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=CLOSING_SECONDS,
        limit_concurrency=1_000,
    )
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # uvicorn handles it while it serves, then raises it once more
    uvicorn.Server(config).run(sockets=[listening])
