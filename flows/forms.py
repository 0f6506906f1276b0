"""Forms that the text of a setting must have, where a pattern cannot say it; of a secret nothing is repeated."""

import re

from pydantic import SecretStr

from connectors.http.addresses import read_secret_url

_SERVER = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):(\d{1,5})", re.ASCII)
_CHANNEL = re.compile(r"([a-z0-9][a-z0-9-]{0,31}=)?[a-z][a-z0-9+.-]*://[!-~]+", re.IGNORECASE | re.ASCII)


def servers(text: str) -> str:
    """host:port,... as it is; raises ValueError naming the one that is not."""
    for server in (part.strip() for part in text.split(",")):
        found = _SERVER.fullmatch(server)
        if not found or not 1 <= int(found[2]) <= 65535:
            raise ValueError(f"{server!r} is not host:port with a port of 1 to 65535")
    return text


def address(secret: SecretStr) -> SecretStr:
    """The address as it is; raises ValueError where it may not be called."""
    read_secret_url(secret.get_secret_value())
    return secret


def channels(secret: SecretStr) -> SecretStr:
    """The addresses as they are; raises ValueError naming the place of one that is none."""
    for place, word in enumerate(secret.get_secret_value().split(), start=1):
        if not _CHANNEL.fullmatch(word):
            raise ValueError(f"number {place} is not [name=]service://...")
    return secret
