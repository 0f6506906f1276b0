"""The input of a peer: the topic with the ends of its partitions, a folder, and the login of the local broker."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Access:
    """`ends` has the begin and end offset of each partition."""

    servers: str
    user: str
    password: str
    topic: str
    ends: dict[int, tuple[int, int]]
    folder: Path

    @property
    def librdkafka(self) -> dict[str, object]:
        """The options of the clients on librdkafka."""
        return {
            "bootstrap.servers": self.servers, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
            "sasl.username": self.user, "sasl.password": self.password, "group.id": "peers",
            "enable.auto.commit": False, "auto.offset.reset": "earliest",
        }  # fmt: skip


def given() -> Access:
    """The access on standard input."""
    found = json.load(sys.stdin)
    ends = {int(partition): tuple(span) for partition, span in found["ends"].items()}
    return Access(found["servers"], found["user"], found["password"], found["topic"], ends, Path(found["folder"]))
