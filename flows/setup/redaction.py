"""Removal of secrets from all output: by value, wherever the value comes from."""

import json
import logging
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, get_args
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

from flows.settings import ENVIRON, Settings, name_of

HIDDEN = "***"
SHORTEST = 8  # characters; a shorter part of an address gives no access
# Variables of others that this process inherits and holds a secret with.
OTHERS = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING")
ADDRESSES = ("PREFECT_API_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_PART = re.compile(rf"[^/?&=@:\s]{{{SHORTEST},}}")
_USER = re.compile(r"://([^/?#\s]+)@")


def redact(text: str, environ: Mapping[str, str] = ENVIRON) -> str:
    """The text without the value of any secret setting, and without the parts after the host of a secret address.

    A value is also found as a URL, a URL inside a URL, base64 or JSON would write it.
    """
    forms = {form for secret in set(_secrets(environ)) for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return text


@lru_cache(maxsize=256)
def _forms(secret: str) -> tuple[str, ...]:
    """The secret as it is, and as it is encoded in addresses, headers and documents."""
    quoted = (quote(secret), quote(secret, safe=""), quote_plus(secret), quote(quote(secret, safe=""), safe=""))
    lower = (re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in quoted)
    escaped = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    return (secret, *quoted, *lower, *escaped, *_in_base64(secret))


def _in_base64(secret: str) -> Iterator[str]:
    """The letters of base64 that the secret alone decides, for each of three offsets inside a longer text."""
    for offset in range(3):
        raw = bytes(offset) + secret.encode()
        inner = b64encode(raw).decode()[-(-offset * 8 // 6) : len(raw) * 8 // 6]
        if len(inner) >= SHORTEST:
            yield from (inner, inner.replace("+", "-").replace("/", "_"))


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
    for name in OTHERS:
        value = environ.get(name, "")
        yield from (part for part in (value, value.partition(":")[2]) if len(part) >= SHORTEST)
    for name in ADDRESSES:
        for login in _USER.findall(environ.get(name, "")):
            yield from (part for part in (login, login.partition(":")[2]) if part)


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_holds_secret(part) for part in get_args(annotation))
