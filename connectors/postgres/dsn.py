"""The address of a database with its login, as libpq reads it: a URL, or words `name=value`. Pure; no driver."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES = ("postgresql", "postgres")
_WORD = re.compile(r"\s*([a-z_]+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?=\s|$)")
READ_BY_CLIENT = ("PGPASSWORD", "PGPASSFILE", "PGSERVICEFILE", "PGSSLROOTCERT")  # by libpq itself
SECRETS = ("password", "sslpassword")


def read_dsn(text: str) -> str:
    """Accept what libpq may read. Raises ValueError; its reason quotes none of it, for it may hold a password."""
    if "://" in text.partition(" ")[0]:
        try:
            found = urlsplit(text)
            _ = found.port
        except ValueError:
            raise ValueError(_WANTED) from None
        if found.scheme not in SCHEMES:
            raise ValueError(_WANTED)
    elif not text.strip() or _WORD.sub("", text).strip():
        raise ValueError(_WANTED)
    return text


def passwords_of(text: str) -> list[str]:
    """The passwords in a DSN, as they are written and as they are meant."""
    return sorted({form for found in _written(text) for form in found if form})


def _written(text: str) -> Iterator[tuple[str, str]]:
    if "://" in text.partition(" ")[0]:
        found = urlsplit(text)
        login = found.netloc.rpartition("@")[0].partition(":")[2]
        yield login, unquote(login)
        yield from ((value, value) for name, value in parse_qsl(found.query) if name in SECRETS)
    for name, value in _WORD.findall(text):
        if name in SECRETS:
            yield value, re.sub(r"\\(.)", r"\1", value.strip("'"))


_WANTED = "neither postgresql://user:password@host/database nor words such as host=... dbname=... user=..."
