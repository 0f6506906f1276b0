"""Secrets taken out of whatever is said: by their values, wherever those may have come from."""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import SecretStr

from flows.settings import ENVIRON, Settings, name_of

HIDDEN = "***"
SHORTEST = 8  # letters that a part of an address must have to be one that gives access
_PART = re.compile(rf"[^/?&=@:\s]{{{SHORTEST},}}")


def redact(text: str, environ: Mapping[str, str] = ENVIRON) -> str:
    """The text without the value of any setting that is a secret, nor what follows the host in a secret address."""
    for secret in sorted(set(_secrets(environ)), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def redact_logs() -> None:
    """From now on no logger, of whichever library, passes on a secret that stands in a message."""
    make = logging.getLogRecordFactory()

    def made(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = make(*arguments, **named)
        record.msg, record.args = redact(record.getMessage()), None
        return record

    logging.setLogRecordFactory(made)


def _secrets(environ: Mapping[str, str]) -> Iterator[str]:
    for field, found in Settings.model_fields.items():
        value = environ.get(name_of(field), "")
        if value and _holds_secret(found.annotation):
            yield value
            for address in (word for word in value.split() if "://" in word):
                scheme, _, behind = address.partition("://")
                path = behind.partition("/")[2] if scheme in ("http", "https") else behind
                yield from (address, *_PART.findall(path))  # where a service's host would stand may be a token


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_holds_secret(part) for part in get_args(annotation))
