"""What BI tools find in the published file beside the metrics: relations for joining and stacking, and comments."""

from collections.abc import Mapping
from dataclasses import dataclass

from tokenshare.columns import columns_of
from tokenshare.metrics import Metric

STANDING = {
    "as_of": "The moment up to which the row is confirmed, UTC.",
    "version": "The version of the metric that the row is of.",
    "status": "`current`, `released` by a person past a shut gate, or `held`: the last good row, while a check fails.",
    "held_since": "Since when the row is held; null if it is not.",
    "is_provisional": "True until three days after the end of the period: the upstream may still restate it.",
}
VINTAGE = {
    "known_from": "The as-of from which the row was current.",
    "known_until": "The as-of before which it was; null while it is.",
    "first_version": "The first version with the row.",
    "last_version": "The last one; null while the row is current.",
}


@dataclass(frozen=True)
class BiRelation:
    """A relation made of published rows alone; `columns` gives the meaning of each."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: Mapping[str, str]

    @property
    def relation(self) -> str:
        return f"marts.{self.name}"


_WEEK = {"week_start_date": "Monday of the ISO week."}
_STANDS = {name: STANDING[name] for name in ("status", "as_of")}
RELATIONS = (
    BiRelation(
        "dim_date",
        "Every day from 2015 to 2035, to join any column of dates.",
        ("date_day",),
        {
            "date_day": "The day.",
            "year": "Calendar year.",
            "quarter": "Quarter of the year, 1 to 4.",
            "month": "Month of the year, 1 to 12.",
            "month_start_date": "First day of its month.",
            "week_start_date": "Monday of its ISO week.",
            "iso_week": "Its ISO week, such as 2026-W26.",
            "iso_day": "Day of the ISO week: 1 is Monday.",
        },
    ),
    BiRelation(
        "dim_metric",
        "Every column with numbers of every published relation: what it counts, in what unit, and of what.",
        ("metric", "measure"),
        {
            "metric": "The metric, as in `catalog.metrics`.",
            "measure": "The column.",
            "relation": "The relation that has it.",
            "title": "Title of the metric.",
            "description": "Meaning of the column.",
            "unit": "Unit of the column.",
            "denominator": "What shares of the metric are shares of.",
            "grain": "Key of a row of the relation.",
            "period": "The column that dates its rows; null if they are not dated.",
            "citation": "How to cite the sources of what is shown.",
        },
    ),
    BiRelation(
        "fct_metric_values",
        "Every dated number of every metric, one a row: to stack and compare metrics without knowing their columns.",
        ("metric", "measure", "period", "entity"),
        {
            "metric": "The metric, as in `catalog.metrics`.",
            "measure": "The column that has the number.",
            "period": "The day, or the first day of the week or month.",
            "entity": "The rest of the row's key, such as a vendor; empty for the whole.",
            "value": "The number.",
            "unit": "Its unit.",
            "denominator": "What it is a share of.",
            **_STANDS,
        },
    ),
    BiRelation(
        "wide_vendor_weekly",
        "A week of a vendor in one row: tokens, shares of tokens, of programming and of spend.",
        ("week_start_date", "vendor_id"),
        {
            **_WEEK,
            "vendor_id": "The vendor; `unknown` for what no map knows.",
            "vendor_name": "Its name.",
            "country_code": "Its country, ISO 3166; ZZ if unknown.",
            "is_chinese": "True for a vendor of China.",
            "tokens": "Tokens, prompt and completion.",
            "vendor_share": "Share of all tokens, 0 to 1.",
            "upper_share": "Share if all unknown tokens were its own, 0 to 1.",
            "programming_share": "Share of programming tokens, sampled, 0 to 1.",
            "spend_lower_share": "Least share of estimated spend, 0 to 1.",
            "spend_upper_share": "Largest share of estimated spend, 0 to 1.",
            **_STANDS,
        },
    ),
    BiRelation(
        "wide_country_weekly",
        "A week of a country in one row: the tokens of its vendors.",
        ("week_start_date", "country_code"),
        {
            **_WEEK,
            "country_code": "ISO 3166; ZZ for vendors of unknown country, and for unknown vendors.",
            "vendors_count": "Its vendors with tokens in the week.",
            "tokens": "Their tokens, prompt and completion.",
            "country_share": "Their share of all tokens, 0 to 1.",
            "status": "`held` if the row of one of its vendors is.",
            "as_of": STANDING["as_of"],
        },
    ),
)


RELATION_BY_NAME = {relation.name: relation for relation in RELATIONS}


def describe_relation(metric: Metric, *more: str) -> str:
    """What a relation of a metric is, in a sentence for tools that show comments; `more` columns end its key."""
    denominator = "" if metric.denominator.startswith("none") else f" Denominator: {metric.denominator}."
    return f"{metric.title}. {metric.method}{denominator} Key: {', '.join((*metric.grain, *more))}."


def describe_columns(metric: Metric) -> dict[str, str]:
    """The meaning and unit of each column of a metric's contract."""
    return {
        column.name: f"{column.description} Unit: {column.unit}." if column.unit else column.description
        for column in columns_of(metric.row)
    }
