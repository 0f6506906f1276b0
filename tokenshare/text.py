"""Text of others, made visible: a character that steers a terminal or a reader's eye is shown and never sent."""

import json
from datetime import date
from typing import Any
from unicodedata import category

STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, directions, lone surrogates, line separators


def visible(text: str) -> str:
    r"""The text with each steering character as its escape, such as \u202e, which JSON reads back as the character."""
    if text.isprintable():
        return text
    return "".join(_escaped(letter) if category(letter) in STEERING else letter for letter in text)


def visible_lines(text: str) -> str:
    """The text line by line, each made visible."""
    return "\n".join(visible(line) for line in text.split("\n"))


def as_json(value: Any) -> str:
    """A value as JSON in one line, what would steer a terminal as an escape that JSON reads back."""
    return visible(json.dumps(value, default=_plain, ensure_ascii=False))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _escaped(letter: str) -> str:
    pairs = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{pairs[at : at + 4]}" for at in range(0, len(pairs), 4))
