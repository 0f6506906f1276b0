"""What a channel is: something with a name that takes a message, or says why it did not."""

from dataclasses import dataclass
from typing import Literal, Protocol

from tokenshare.alerts import AlertDocument


@dataclass(frozen=True)
class DeliveryOutcome:
    """What became of one try. `refused`: an answer came and said no. `said` repeats nothing of an address."""

    state: Literal["delivered", "refused", "unreachable"]
    said: str = ""
    wait_seconds: float = 0.0  # what the other side asks for
    is_final: bool = False  # whether the same again at once would be refused again

    @property
    def is_delivered(self) -> bool:
        return self.state == "delivered"


DELIVERED = DeliveryOutcome("delivered")


class Channel(Protocol):
    """A way to reach people."""

    @property
    def name(self) -> str: ...

    def send(self, document: AlertDocument) -> DeliveryOutcome:
        """Tries once, within bounded time; raises nothing."""
        ...
