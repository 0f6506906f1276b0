"""The upstream's own words in the body of an error: in JSON, in a page, or as plain text. Pure."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from tokenshare.codec import read_json
from tokenshare.errors import ContractViolation

# Fields with the words, the most telling first. A field may contain them deeper.
_FIELDS = ("message", "msg", "detail", "error_description", "error", "errors", "reason", "title", "warning")
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_HEADLINE = re.compile(r"<(title|h1|message)\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def read_reason(body: bytes) -> str:
    """The words on one line, without a full stop at their end; empty if the body has none."""
    try:
        found = _of_document(read_json(body))
    except (ContractViolation, RecursionError):
        found = _of_page(body.decode("utf-8", "ignore"))
    return " ".join(found.split()).rstrip(".")


def _of_document(document: Any) -> str:
    if isinstance(document, str):
        return document
    inner: Any = [document.get(name) for name in _FIELDS] if isinstance(document, Mapping) else document
    return next(filter(None, map(_of_document, inner)), "") if isinstance(inner, list) else ""


def _of_page(text: str) -> str:
    """The headlines of a page of HTML or XML, or else its text."""
    if "\0" in text:
        return ""
    shown = _HIDDEN.sub(" ", text)
    headlines = [unescape(_TAG.sub(" ", words)).strip() for _, words in _HEADLINE.findall(shown)]
    told = [words for n, words in enumerate(headlines) if words and not any(words in other for other in headlines[:n])]
    return ": ".join(told) or unescape(_TAG.sub(" ", shown))
