"""Public marts: dimensions and facts for analysts to join, published by the same gate as metrics."""

from tokenshare import rows
from tokenshare.metrics.group import Group
from tokenshare.metrics.metric import Metric
from tokenshare.metrics.prices import CATALOGUE_PROVENANCE
from tokenshare.metrics.router import DAILY_COVERAGE, ROUTER_SOURCES, USAGE_PROVENANCE, router_metric
from tokenshare.topics import CATALOG_MODEL_OBSERVED, FETCH_COMPLETED, USAGE_OBSERVED

MODELS = Group("dim_models", provenance=(USAGE_PROVENANCE, CATALOGUE_PROVENANCE))
VENDORS = Group("dim_vendors")

MARTS = (
    router_metric(
        "fct_usage_daily",
        "Tokens by model variant, daily",
        rows.UsageDaily,
        unit="tokens",
        grain=("usage_date", "model_permaslug"),
        method="As the upstream's newest complete answer for the day states it; vendor, origin and openness joined.",
        denominator="none",
        window="day",
        schema="marts",
        coverage=DAILY_COVERAGE,
        laws=("parts_make_router_total",),
    ),
    Metric(
        id="dim_models",
        title="Models",
        unit="",
        row=rows.Model,
        grain=("model_id",),
        method="Every model met in usage or in the catalogue, with vendor, lineage and origin as curated. Openness "
        "is curated too, or follows from the catalogue's entry; openness_basis says which.",
        denominator="none",
        exclusions="`other`, which is not a model",
        coverage="models met in usage or in the catalogue",
        group=MODELS.id,
        topics=(USAGE_OBSERVED, CATALOG_MODEL_OBSERVED, FETCH_COMPLETED),
        needs=((*ROUTER_SOURCES, "openrouter_models"),),
        window="snapshot",
        freshness=None,
        schema="marts",
    ),
    Metric(
        id="dim_vendors",
        title="Vendors",
        unit="",
        row=rows.Vendor,
        grain=("vendor_id", "valid_from"),
        method="Developers of models with the headquarters of their ultimate parent, dated and cited.",
        denominator="none",
        exclusions="stealth authors, which are nobody's name",
        coverage="curated",
        group=VENDORS.id,
        topics=(),
        needs=(),
        window="snapshot",
        freshness=None,
        schema="marts",
    ),
)
