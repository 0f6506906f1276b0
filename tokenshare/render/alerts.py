"""The reference page of the webhook's body."""

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from tokenshare.alerts import SCHEMA
from tokenshare.render.markdown import code, page, table

OPENING = (
    f"The webhook receives one JSON object per message, {code(SCHEMA)} ([JSON Schema](schemas/{SCHEMA}.json)). Within "
    "a version only optional fields are added. A field without a value is left out."
)
MANNERS = (
    "A `trigger` and its `resolve` have one `dedup_key`, as pagers need it. An `inform` stands alone: pagers need no "
    "incident for it. A message is sent again until it is delivered, so it may arrive twice: then `notice_id`, also "
    "the header `Idempotency-Key`, is the same. It is delivered if the status is 2xx and the body states no error; "
    'Slack\'s `invalid_payload` and `{"ok": false}` with status 200 are failures. Redirects are not followed.'
)


def alerts_page(model: type[BaseModel]) -> str:
    """Every field of the message, and of its nested objects."""
    parts = [f"## {kind.__name__}\n\n{table(('field', 'meaning'), list(_fields(kind)))}" for kind in _nested(model)]
    return page("Alerts", OPENING, MANNERS, table(("field", "meaning"), list(_fields(model))), *parts)


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        if not field.exclude:
            yield code(field.alias or name), field.description or ""


def _nested(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The nested models of its fields, outermost first."""
    found = [kind for field in model.model_fields.values() for kind in _models(field.annotation)]
    return list(dict.fromkeys([*found, *(inner for kind in found for inner in _nested(kind))]))


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
