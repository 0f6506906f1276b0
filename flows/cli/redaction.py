"""Removal of secrets from all output: by value, wherever the value comes from."""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import SecretStr

from flows.settings import ENVIRON, Settings, name_of

HIDDEN = "***"
SHORTEST = 8  # characters; a shorter part of an address gives no access
_PART = re.compile(rf"[^/?&=@:\s]{{{SHORTEST},}}")


def redact(text: str, environ: Mapping[str, str] = ENVIRON) -> str:
    """The text without the value of any secret setting, and without the parts after the host of a secret address."""
    for secret in sorted(set(_secrets(environ)), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def redact_logs() -> None:
    """Redact the messages of every logger, of any library, from now on."""
    make = logging.getLogRecordFactory()

    def make_redacted(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = make(*arguments, **named)
        record.msg, record.args = redact(record.getMessage()), None
        return record

    logging.setLogRecordFactory(make_redacted)


def _secrets(environ: Mapping[str, str]) -> Iterator[str]:
    for field, found in Settings.model_fields.items():
        value = environ.get(name_of(field), "")
        if value and _holds_secret(found.annotation):
            yield value
            for address in (word for word in value.split() if "://" in word):
                scheme, _, rest = address.partition("://")
                path = rest.partition("/")[2] if scheme in ("http", "https") else rest
                yield from (address, *_PART.findall(path))  # other schemes may carry a token in place of a host


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_holds_secret(part) for part in get_args(annotation))
