"""Examples of what may and may not travel on a topic: a file for each, and for each refusal what is said."""

import json
from dataclasses import dataclass
from pathlib import Path

from tokenshare.topics import TOPICS, Topic

FOLDER = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class Example:
    """One record's value; `said` is part of the message where it is refused, None where it passes."""

    topic: Topic
    name: str
    value: bytes
    said: str | None = None

    def __str__(self) -> str:
        return f"{self.topic.name}:{self.name}"


def messages(topic: Topic) -> dict[str, str]:
    """By reason, a part of what is said of the examples that fail."""
    return dict(json.loads((FOLDER / topic.name / "messages.json").read_text(encoding="utf-8")))


def passing() -> list[Example]:
    return [Example(topic, _name(path), path.read_bytes()) for topic, path in _files(".pass.json")]


def failing() -> list[Example]:
    said = {topic: messages(topic) for topic in TOPICS}
    return [
        Example(topic, _name(path), path.read_bytes(), said[topic].get(_name(path), "no message in messages.json"))
        for topic, path in _files(".fail.json")
    ]


def _files(suffix: str) -> list[tuple[Topic, Path]]:
    return [(topic, path) for topic in TOPICS for path in sorted((FOLDER / topic.name).glob(f"*{suffix}"))]


def _name(path: Path) -> str:
    return path.name.split(".")[0]
