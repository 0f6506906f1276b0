"""The files of a world that the emulator serves: the columns of each, and the key of its rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A file of a world: its columns, the key of a row, and the column whose emptiness withdraws it."""

    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    value: str = ""


RANKINGS = Table(
    file="rankings_daily.csv",
    columns=("known_at", "date", "model_permaslug", "total_tokens"),
    key=("date", "model_permaslug"),
    value="total_tokens",
)
CATEGORIES = Table(
    file="rankings_category_weekly.csv",
    columns=("known_at", "week_start_date", "category", "model_permaslug", "total_tokens"),
    key=("week_start_date", "category", "model_permaslug"),
    value="total_tokens",
)
MODELS = Table(
    file="models.csv",
    columns=(
        *("known_at", "id", "canonical_slug", "name", "created_at", "hugging_face_id", "output_modalities"),
        *("prompt_usd_per_token", "completion_usd_per_token", "discount", "overrides_json", "withdrawn"),
    ),
    key=("id",),
    value="id",
)
QUOTES = Table(
    file="quotes.csv",
    columns=("known_at", "symbol", "date", "close", "currency", "is_partial"),
    key=("symbol", "date"),
    value="close",
)
SHARE_COUNTS = Table(
    file="share_counts.csv",
    columns=("known_at", "symbol", "date", "shares_issued", "units_per_line"),
    key=("symbol", "date"),
    value="shares_issued",
)
FX = Table(
    file="fx.csv",
    columns=("known_at", "date", "base", "quote", "rate"),
    key=("date", "base", "quote"),
    value="rate",
)
HUB_MODELS = Table(
    file="hub_models.csv",
    columns=(
        *("known_at", "hub_id", "repo", "created_at", "pipeline_tag", "tags", "downloads", "downloads_all_time"),
        *("likes", "trending_score", "base_models", "withdrawn"),
    ),
    key=("hub_id",),
    value="repo",
)
