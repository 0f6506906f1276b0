"""Messages into Kafka: every one acknowledged by all replicas, or an error."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError
from kafka.serializer import Serializer

from connectors import secret
from connectors.kafka import topics
from connectors.kafka.cluster import Cluster, failure_of, opened
from tokenshare.codec import encode
from tokenshare.errors import MessageTooLarge
from tokenshare.events import Event
from tokenshare.noop import noop
from tokenshare.offsets import Record
from tokenshare.proof import proven
from tokenshare.topics import Topic

DELIVERY_SECONDS = 30
# kafka-python buffers without limit: waiting for each chunk bounds memory, and costs 2 % at this size.
CHUNK = 20_000
NO_VALUE = object()
ERROR_CHARACTERS = 2_000


@dataclass(frozen=True)
class Message:
    """A future record of `topic` (named without prefix)."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Sender:
    """Sends through one producer, opened by the first message and closed by `open_sender`.

    If threads share it, each waits for its own messages; a flush would make it wait for those of the others.
    """

    def __init__(self, cluster: Cluster, until: ExitStack, found: Iterable[str], seconds: int) -> None:
        self._seconds = seconds
        self._cluster, self._until, self._found = cluster, until, set(found)
        self._producer: Any = None
        self._is_shared = False
        self._turn = Lock()  # threads that compute at once only take the interpreter from each other

    def share(self, names: Iterable[str]) -> None:
        """Open the producer and look for the topics now, so that threads may send at once from then on."""
        self._is_shared = True
        self._require(set(names))
        self._opened()

    def send(self, messages: Iterable[Message], midway: Callable[[], None] = noop) -> int:
        """Send all messages, stamped with the time of sending, and return their number.

        Calls `midway` once, after half of them were acknowledged. Raises BrokerUnavailable if a message is not
        acknowledged in time or its topic is missing, MessageTooLarge if it is too large for its topic, UsageError
        if the secret of the home cannot be read.
        """
        with self._turn:
            queue = self._proven(messages)
        if not queue:
            return 0
        self._require({message.topic for message in queue})
        half = len(queue) if midway is noop else (len(queue) + 1) // 2
        try:
            self._deliver(queue[:half])
            midway()
            self._deliver(queue[half:])
        except KafkaError as error:
            raise failure_of(self._cluster, error) from error
        except MessageTooLarge:
            self._producer = None  # it would refuse later messages of any size too
            raise
        return len(queue)

    def _deliver(self, messages: Sequence[Message]) -> None:
        for start in range(0, len(messages), CHUNK):
            chunk = messages[start : start + CHUNK]
            with self._turn:
                futures = [_sent(self._opened(), self._cluster, message) for message in chunk]
            if not self._is_shared:
                self._opened().flush(timeout=self._seconds + 5)
            for message, future in zip(chunk, futures, strict=True):
                _acknowledged(message, future, self._seconds)

    def _proven(self, messages: Iterable[Message]) -> list[Message]:
        """The messages with the proof of the home and their schema; a dead letter keeps the headers of its record."""
        key = secret.read(self._cluster.secret) if self._cluster.secret else None
        schemas = dict(self._cluster.schemas)
        return [
            one if topics.is_dead_letter(one.topic) else _prove(key, _name_schema(schemas.get(one.topic), one))
            for one in messages
        ]

    def _require(self, names: set[str]) -> None:
        """Name a missing topic at once: kafka-python would wait for it until max_block_ms."""
        if names - self._found:
            topics.require(self._cluster, sorted(names - self._found))
            self._found |= names

    def _opened(self) -> Any:
        if self._producer is None:
            client = opened(KafkaProducer, self._cluster, closing={"timeout": 5}, **_options(self._seconds))
            self._producer = self._until.enter_context(client)
        return self._producer


def message_of(topic: Topic, event: Event) -> Message:
    """The record of an event, with its headers."""
    headers = {"schema": topic.name, "event_id": event.event_id, "fetch_id": event.fetch_id}
    named = tuple((name, text.encode()) for name, text in headers.items())
    return Message(topic.name, topic.key_of(event).encode(), encode(event), named)


@contextmanager
def open_sender(cluster: Cluster, found: Iterable[str] = (), seconds: int = DELIVERY_SECONDS) -> Iterator[Sender]:
    """One producer for many calls, to wait for a topic's metadata only once. The topics `found` exist.

    A message that is not acknowledged in `seconds` is an error.
    """
    with ExitStack() as until:
        yield Sender(cluster, until, found, seconds)


def send(cluster: Cluster, messages: Iterable[Message], midway: Callable[[], None] = noop) -> int:
    """`Sender.send` with a producer of its own."""
    with open_sender(cluster) as sender:
        return sender.send(messages, midway)


def dead_letter(record: Record, error_class: str, message: str, stage: str, attempt: int) -> Message:
    """The unchanged record, with its origin and the reason of its rejection as headers."""
    reasons = {
        "origin.topic": record.topic,
        "origin.partition": str(record.partition),
        "origin.offset": str(record.offset),
        "origin.timestamp": str(record.timestamp),
        "error.class": error_class,
        "error.message": message[:ERROR_CHARACTERS],
        "stage": stage,
        "attempt": str(attempt),
    }
    # An error often quotes the offending bytes, and lone surrogates do not encode strictly.
    headers = tuple((name, text.encode("utf-8", "backslashreplace")) for name, text in reasons.items())
    return Message(topics.dead_letter_of(record.topic), record.key, record.value, record.headers + headers)


def _name_schema(schema: tuple[str, bytes] | None, message: Message) -> Message:
    """The message with the header that names its schema, in place of any other."""
    if schema is None or message.value is None:
        return message
    kept = (header for header in message.headers if header[0] != schema[0])
    return replace(message, headers=(*kept, schema))


def _prove(key: bytes | None, message: Message) -> Message:
    if key is None:
        return message
    headers = proven(key, message.topic, message.key, message.value, message.headers)
    return replace(message, headers=headers)


class _Nullable(Serializer):  # type: ignore[misc]
    """Passes a record without key and value: Kafka stores such records, but KafkaProducer refuses them."""

    def serialize(self, _topic: str, _headers: Any, data: Any) -> Any:
        return None if data is NO_VALUE else data


def _options(seconds: int) -> dict[str, Any]:
    return {
        "acks": "all",
        "enable_idempotence": True,
        "allow_auto_create_topics": False,
        "compression_type": "lz4",
        "batch_size": 500_000,
        "linger_ms": 20,
        "max_block_ms": 10_000,
        "delivery_timeout_ms": seconds * 1000,
        # The broker judges the compressed size, so it alone decides what is too large.
        "max_request_size": 8 * 1024 * 1024,
        "metrics_enabled": False,
        "value_serializer": _Nullable(),
    }


def _sent(producer: Any, cluster: Cluster, message: Message) -> Any:
    value = NO_VALUE if message.value is None else message.value
    topic = cluster.physical(message.topic)
    try:
        return producer.send(topic, key=message.key, value=value, headers=list(message.headers))
    except MessageSizeTooLargeError as error:
        raise _too_large(message) from error


def _acknowledged(message: Message, future: Any, seconds: int) -> None:
    try:
        future.get(timeout=seconds + 5)
    except MessageSizeTooLargeError as error:
        raise _too_large(message) from error


def _too_large(message: Message) -> MessageTooLarge:
    size = len(message.key or b"") + len(message.value or b"") + sum(len(v) for _, v in message.headers)
    return MessageTooLarge(
        f"a message of {size} bytes is too large for topic {message.topic}",
        "raise max.message.bytes of the topic",
    )
