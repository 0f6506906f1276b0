"""A channel: a named way to send an alert, with an outcome for every attempt."""

from dataclasses import dataclass
from typing import Literal, Protocol

from tokenshare.alerts import AlertDocument


@dataclass(frozen=True)
class DeliveryOutcome:
    """The outcome of one attempt. `refused`: the answer was a refusal. `answer`, its reason, quotes no address."""

    state: Literal["delivered", "refused", "unreachable"]
    answer: str = ""
    wait_seconds: float = 0.0  # the delay requested by the receiver
    is_final: bool = False  # an immediate retry would be refused again

    @property
    def is_delivered(self) -> bool:
        return self.state == "delivered"


DELIVERED = DeliveryOutcome("delivered")


class Channel(Protocol):
    """A way to reach people."""

    @property
    def name(self) -> str: ...

    def send(self, document: AlertDocument) -> DeliveryOutcome:
        """Try once, within bounded time. Raises nothing."""
        ...
