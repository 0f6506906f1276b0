"""The files of a world for the emulator: the columns of each, and the key of its rows."""

from tokenshare.known_rows import Table

RANKINGS = Table(
    file="rankings_daily.csv",
    columns=("known_at", "date", "model_permaslug", "total_tokens"),
    key=("date", "model_permaslug"),
    values=("total_tokens",),
)
CATEGORIES = Table(
    file="rankings_category_weekly.csv",
    columns=("known_at", "week_start_date", "category", "model_permaslug", "total_tokens"),
    key=("week_start_date", "category", "model_permaslug"),
    values=("total_tokens",),
)
MODELS = Table(
    file="models.csv",
    columns=(
        *("known_at", "id", "canonical_slug", "name", "created_at", "hugging_face_id", "output_modalities"),
        *("prompt_usd_per_token", "completion_usd_per_token", "discount", "overrides_json", "withdrawn"),
    ),
    key=("id",),
    values=("id",),
)
QUOTES = Table(
    file="quotes.csv",
    columns=("known_at", "symbol", "date", "close", "currency", "is_partial"),
    key=("symbol", "date"),
    values=("close",),
)
SHARE_COUNTS = Table(
    file="share_counts.csv",
    columns=("known_at", "symbol", "date", "shares_issued", "units_per_line"),
    key=("symbol", "date"),
    values=("shares_issued",),
)
FX = Table(
    file="fx.csv",
    columns=("known_at", "date", "base", "quote", "rate"),
    key=("date", "base", "quote"),
    values=("rate",),
)
HUB_MODELS = Table(
    file="hub_models.csv",
    columns=(
        *("known_at", "hub_id", "repo", "created_at", "pipeline_tag", "tags", "downloads", "downloads_all_time"),
        *("likes", "trending_score", "base_models", "withdrawn"),
    ),
    key=("hub_id",),
    values=("repo",),
)
