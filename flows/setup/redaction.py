"""Removal of secrets from all output: by value, wherever the value comes from."""

import logging
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, get_args

from pydantic import SecretStr

from connectors.postgres.dsn import passwords_of
from flows.settings import ENVIRON, Settings, name_of
from tokenshare.secret_forms import SHORTEST, hide

# Variables of others that this process inherits and holds a secret with.
OTHERS = (
    *("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"),
    "PGPASSWORD",
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
)
ADDRESSES = ("PREFECT_API_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_PART = re.compile(rf"[^/?&=@:\s]{{{SHORTEST},}}")
_USER = re.compile(r"://([^/?#\s]+)@")


def holds_secret(annotation: Any) -> bool:
    """True if a setting of that type is a secret."""
    return annotation is SecretStr or any(holds_secret(part) for part in get_args(annotation))


FIELDS = [id for id, found in Settings.model_fields.items() if id == "mirror_dsn" or holds_secret(found.annotation)]
READ = (*map(name_of, FIELDS), *OTHERS, *ADDRESSES)


def redact(text: str, environ: Mapping[str, str] = ENVIRON) -> str:
    """The text without the value of any secret setting, and without the parts after the host of a secret address.

    A value is also found as a URL, a URL inside a URL, base64 or JSON would write it.
    """
    return hide(text, _secrets_of(tuple(environ.get(name, "") for name in READ)))


def redact_logs() -> None:
    """Redact the messages of every logger, of any library, from now on."""
    make = logging.getLogRecordFactory()

    def make_redacted(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = make(*arguments, **named)
        record.msg, record.args = redact(record.getMessage()), None
        return record

    logging.setLogRecordFactory(make_redacted)


@lru_cache(maxsize=1)
def _secrets_of(values: tuple[str, ...]) -> frozenset[str]:
    """The secrets among the values of the variables `READ`; a pass redacts hundreds of lines with the same ones."""
    return frozenset(_secrets(dict(zip(READ, values, strict=True))))


def _secrets(environ: Mapping[str, str]) -> Iterator[str]:
    for field in FIELDS:
        value = environ[name_of(field)]
        if field == "mirror_dsn":  # host and user are no secret, and our own name may be among them
            yield from (part for part in (value, *passwords_of(value)) if part)
        elif value:
            yield value
            for address in (word for word in value.split() if "://" in word):
                scheme, _, rest = address.partition("://")
                path = rest.partition("/")[2] if scheme in ("http", "https") else rest
                yield from (address, *_PART.findall(path))  # other schemes may carry a token in place of a host
    for name in OTHERS:
        value = environ[name]
        yield from (part for part in (value, value.partition(":")[2]) if len(part) >= SHORTEST)
    for name in ADDRESSES:
        for login in _USER.findall(environ[name]):
            yield from (part for part in (login, login.partition(":")[2]) if part)
