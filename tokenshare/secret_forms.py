"""A secret in all the forms in which somebody may repeat it: as it is, in an address, a document or base64. Pure."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST = 8  # characters; a shorter part gives no access


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text without any of these secrets, in any form. Hide before a text is cut: part of a key is no longer it."""
    forms = {form for secret in secrets if secret for form in forms_of(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return text


@lru_cache(maxsize=256)
def forms_of(secret: str) -> tuple[str, ...]:
    """The secret as it is, and as it is encoded in addresses, in addresses inside addresses, headers and documents."""
    quoted = (quote(secret), quote(secret, safe=""), quote_plus(secret), quote(quote(secret, safe=""), safe=""))
    lower = (re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in quoted)
    escaped = (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    return (secret, *quoted, *lower, *escaped, *_in_base64(secret), *_in_base64(quote(secret, safe="")))


def _in_base64(secret: str) -> Iterator[str]:
    """The letters of base64 that the secret alone decides, for each of three offsets inside a longer text."""
    for offset in range(3):
        raw = bytes(offset) + secret.encode()
        inner = b64encode(raw).decode()[-(-offset * 8 // 6) : len(raw) * 8 // 6]
        if len(inner) >= SHORTEST:
            yield from (inner, inner.replace("+", "-").replace("/", "_"))
