"""Examples of valid and invalid records of a topic: files, and malformations of the valid ones."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.contracts.malformations import BY_TOPIC, OF_DOCUMENT
from tokenshare.topics import TOPICS, Topic

FOLDER = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class Example:
    """One record's value; `said` is part of the message refusing it, None if it is valid."""

    topic: Topic
    name: str
    value: bytes
    said: str | None = None

    @property
    def kind(self) -> str:
        """The name without the field it is about."""
        return self.name.rpartition(".")[2]

    def __str__(self) -> str:
        return f"{self.topic.name}:{self.name}"


def messages(topic: Topic) -> dict[str, str]:
    """By reason, a part of the message about the invalid files."""
    return dict(json.loads((FOLDER / topic.name / "messages.json").read_text(encoding="utf-8")))


def passing() -> list[Example]:
    return [Example(topic, _name(path), path.read_bytes()) for topic, path in _files(".pass.json")]


def failing() -> list[Example]:
    return [*failing_files(), *malformed()]


def failing_files() -> list[Example]:
    said = {topic: messages(topic) for topic in TOPICS}
    return [
        Example(topic, _name(path), path.read_bytes(), said[topic].get(_name(path), "no message in messages.json"))
        for topic, path in _files(".fail.json")
    ]


@cache
def malformed() -> list[Example]:
    return [
        Example(topic, malformation.name, *malformation.apply(_base(topic, malformation.field)))
        for topic in TOPICS
        for malformation in [*OF_DOCUMENT, *BY_TOPIC[topic.name]]
    ]


@cache
def _base(topic: Topic, field: str) -> str:
    """The first valid example with a value for the field, on one line."""
    documents = (json.loads(path.read_bytes()) for of, path in _files(".pass.json") if of is topic)
    return json.dumps(next(document for document in documents if not field or document.get(field) is not None))


@cache
def _files(suffix: str) -> list[tuple[Topic, Path]]:
    return [(topic, path) for topic in TOPICS for path in sorted((FOLDER / topic.name).glob(f"*{suffix}"))]


def _name(path: Path) -> str:
    return path.name.split(".")[0]
