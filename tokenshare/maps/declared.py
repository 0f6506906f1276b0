"""Every map: its columns with their accepted texts, its key, and the maps its values must be found in."""

from collections.abc import Callable
from dataclasses import dataclass

from tokenshare.maps import cells


@dataclass(frozen=True)
class Column:
    """A column of a map. An optional one may be empty, or missing from a user's file.

    `within` names a map and its column in which every value must occur, unless it is one of `besides`.
    """

    name: str
    read: Callable[[str], str] = cells.text
    is_optional: bool = False
    within: tuple[str, str] | None = None
    besides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Map:
    """A curated table: the file `<name>.csv` and the seed of that name.

    A row is about its `key`. In a dated map it speaks from its `valid_from` on, or for all days if that is empty. Keys
    with `is_folded` are compared in lower case, as the models compare them. No two keys share their values of `alone`.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    is_dated: bool = False
    is_folded: bool = False
    alone: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


CITED = (Column("known_from", cells.day), Column("citation"))
VALID_FROM = Column("valid_from", cells.day, is_optional=True)
VENDOR = Column("vendor_id", within=("vendors", "vendor_id"))
MODEL = Column("model_id", cells.model)
COMPANY = Column("company_id", cells.id, within=("companies", "company_id"))


def _fact(side: str) -> tuple[Column, ...]:
    return (
        Column(f"{side}_fact_id", cells.id),
        Column(f"{side}_company_id", cells.id),
        Column(f"{side}_place", cells.place),
    )


MAPS = (
    Map(
        "vendors",
        "developers of models and their countries",
        ("vendor_id",),
        (
            Column("vendor_id", cells.id),
            Column("vendor_name"),
            Column("parent_name", is_optional=True),
            Column("country_code", cells.country),
            VALID_FROM,
            *CITED,
        ),
        is_dated=True,
    ),
    Map(
        "authors",
        "authors of the router's models, to vendors",
        ("author",),
        (
            Column("author"),
            Column("vendor_id", within=("vendors", "vendor_id"), besides=("unknown",)),
            VALID_FROM,
            *CITED,
        ),
        is_dated=True,
        is_folded=True,
    ),
    Map(
        "stealth_attributions",
        "stealth models, to the vendor revealed behind them",
        ("model_id",),
        (MODEL, VENDOR, *CITED),
    ),
    Map(
        "model_lineage",
        "models by others, to the model and vendor they were made from",
        ("model_id",),
        (
            MODEL,
            Column("base_model"),
            Column("base_vendor_id", within=("vendors", "vendor_id")),
            Column("base_country_code", cells.country),
            *CITED,
        ),
    ),
    Map(
        "model_openness",
        "models, to whether their weights can be downloaded",
        ("model_id",),
        (
            MODEL,
            Column("is_open", cells.openness),
            Column("repository", is_optional=True),
            Column("licence", is_optional=True),
            VALID_FROM,
            *CITED,
        ),
        is_dated=True,
    ),
    Map(
        "price_book_models",
        "names in the price book, to the router's models",
        ("provider", "book_model"),
        (
            Column("provider"),
            Column("book_model"),
            MODEL,
            Column("listed_from", cells.day, is_optional=True),
            *CITED,
        ),
        alone=("model_id",),
    ),
    Map(
        "reference_models",
        "models that price ratios are to",
        ("model_id",),
        (
            Column("model_id", cells.model, within=("price_book_models", "model_id")),
            Column("reference_name"),
            Column("listed_from", cells.day),
            *CITED,
        ),
    ),
    Map(
        "hub_organisations",
        "organisations on the Hub, to vendors",
        ("organisation",),
        (Column("organisation"), VENDOR, *CITED),
        is_folded=True,
    ),
    Map(
        "families",
        "families of open models, to vendors",
        ("family_id",),
        (
            Column("family_id", cells.id, within=("family_organisations", "family_id")),
            Column("family_name"),
            VENDOR,
            Column("tag_pattern", cells.pattern),
            *CITED,
        ),
    ),
    Map(
        "family_organisations",
        "organisations on the Hub, to the family their repositories belong to",
        ("family_id", "organisation"),
        (
            Column("family_id", cells.id, within=("families", "family_id")),
            Column("organisation", within=("hub_organisations", "organisation")),
            Column("repo_pattern", cells.pattern),
            *CITED,
        ),
        is_folded=True,
    ),
    Map(
        "companies",
        "valued companies",
        ("company_id",),
        (
            Column("company_id", cells.id),
            Column("company_name"),
            Column("country_code", cells.country),
            Column("is_pureplay", cells.flag),
            Column("is_platform", cells.flag),
            *CITED,
        ),
    ),
    Map(
        "company_lines",
        "tickers, to companies",
        ("symbol",),
        (
            Column("symbol"),
            COMPANY,
            Column("preference", cells.count),
            Column("exchange"),
            Column("currency", cells.currency),
            Column("units_per_line", cells.count),
            Column("valid_from", cells.day),
            Column("valid_to", cells.day, is_optional=True),
            *CITED,
        ),
        alone=("company_id", "preference"),
    ),
    Map(
        "disclosed_ratios",
        "quotients of disclosed figures",
        ("ratio_id",),
        (Column("ratio_id", cells.id), Column("title"), *_fact("numerator"), *_fact("denominator"), *CITED),
    ),
    Map(
        "watches",
        "thresholds that are watched",
        ("watch_id",),
        (
            Column("watch_id", cells.id),
            Column("title"),
            Column("fact_id", cells.id, is_optional=True),
            Column("company_id", cells.id, is_optional=True),
            Column("currency", cells.currency, is_optional=True),
            Column("comparison", cells.comparison),
            Column("threshold", cells.amount),
            Column("unit"),
            *CITED,
        ),
    ),
)
MAP_BY_NAME = {map.name: map for map in MAPS}
