"""A contract seen as columns: the one derivation behind Arrow, suites, dbt YAML and reference pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

SQL_TYPES: dict[Any, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    date: "DATE",
    AwareDatetime: "TIMESTAMPTZ",
    tuple[str, ...]: "VARCHAR[]",
    tuple[date, ...]: "DATE[]",
    dict[str, int]: "MAP(VARCHAR, BIGINT)",
}


@dataclass(frozen=True)
class Column:
    """One column: SQL type, nullability, and the rules of its values."""

    name: str
    sql_type: str
    is_nullable: bool
    description: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.sql_type in ("BIGINT", "DOUBLE")


@cache
def columns_of(contract: type[BaseModel]) -> tuple[Column, ...]:
    """The columns of a contract, in the order of its fields; raises KeyError for a type without a column type."""
    return tuple(_column(name, field) for name, field in contract.model_fields.items())


def _column(name: str, field: FieldInfo) -> Column:
    kind, is_nullable, rules = _unwrap(field.annotation, [field, *field.metadata])
    choices = tuple(get_args(kind)) if get_origin(kind) is Literal else ()
    return Column(
        name=name,
        sql_type="VARCHAR" if choices else SQL_TYPES[_plain(kind)],
        is_nullable=is_nullable,
        description=next((text for rule in rules if (text := getattr(rule, "description", None))), ""),
        unit=next((unit for rule in rules if (unit := _unit(rule))), ""),
        minimum=_limit(rules, "ge"),
        maximum=_limit(rules, "le"),
        pattern=_limit(rules, "pattern"),
        choices=choices,
    )


def _unwrap(kind: Any, rules: list[Any]) -> tuple[Any, bool, list[Any]]:
    """Strip Annotated and `| None`, gathering the rules on the way."""
    if get_origin(kind) is Annotated and kind is not AwareDatetime:
        inner, *metadata = get_args(kind)
        return _unwrap(inner, [*rules, *_spread(metadata)])
    if get_origin(kind) in (Union, UnionType):
        (inner,) = (arm for arm in get_args(kind) if arm is not NoneType)
        kind, _, rules = _unwrap(inner, rules)
        return kind, True, rules
    return kind, False, rules


def _spread(metadata: list[Any]) -> Iterator[Any]:
    for rule in metadata:
        yield rule
        yield from rule.metadata if isinstance(rule, FieldInfo) else ()


def _plain(kind: Any) -> Any:
    """A container of annotated parts as the container of plain ones: dict[TopicName, EventCount] is dict[str, int]."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated and kind is not AwareDatetime:
        return _plain(parts[0])
    if origin in (dict, tuple):
        return origin[tuple(part if part is Ellipsis else _plain(part) for part in parts)]
    return kind


def _unit(rule: Any) -> str:
    extra = getattr(rule, "json_schema_extra", None)
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def _limit(rules: list[Any], name: str) -> Any:
    return next((value for rule in rules if (value := getattr(rule, name, None)) is not None), None)
