"""A dbt model as one query over what is published: the same SQL, with its references made relations that readers see.

What dbt computes for the claims on file and what a person asks for by hand must never be two computations.
"""

import re
from collections.abc import Iterator, Mapping

from flows.graph import PROJECT
from tokenshare.metrics import METRIC_BY_ID

_REF = re.compile(r"\{\{\s*ref\('(\w+)'\)\s*\}\}")
_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)


def compose(target: str, given: Mapping[str, str]) -> str:
    """SQL that selects a model; `given` models are these queries, published ones are read, all others are computed.

    Raises ValueError for a model that is more than SQL and references: nothing but dbt can read such a one.
    """
    parts: dict[str, str] = dict(given)
    for name in _above(target, given):
        parts.setdefault(name, _REF.sub(lambda found: _relation(found[1]), _sql(name)))
    steps = ",\n".join(f"{name} AS ({sql})" for name, sql in parts.items())
    return f"WITH {steps}\nSELECT * FROM {target}"


def _above(name: str, given: Mapping[str, str]) -> Iterator[str]:
    """The models to compute, each after those that it reads."""
    for read in _REF.findall(_sql(name)):
        if read not in given and read not in METRIC_BY_ID:
            yield from _above(read, given)
    yield name


def _relation(name: str) -> str:
    return METRIC_BY_ID[name].relation if name in METRIC_BY_ID else name


def _sql(name: str) -> str:
    (path,) = (PROJECT / "models").rglob(f"{name}.sql")
    sql = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    if "{" + "{" in _REF.sub("", sql) or "{%" in sql:
        raise ValueError(f"{name} is more than SQL and references")
    return sql
