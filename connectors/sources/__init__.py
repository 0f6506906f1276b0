"""The sources, in the order of their fetches; one line here adds a source."""

from connectors.sources import (
    claims,
    disclosures,
    ecb_bundled,
    ecb_rates,
    edgar_shares,
    eodhd_quotes,
    genai_prices,
    huggingface_hub,
    leaderboards,
    openrouter_categories,
    openrouter_exports,
    openrouter_models,
    openrouter_rankings,
    quotes_file,
    releases,
    shares_file,
)
from tokenshare.metrics import Metric
from tokenshare.sources import Source

SOURCES: tuple[Source, ...] = (
    openrouter_rankings.SOURCE,
    openrouter_exports.SOURCE,
    openrouter_categories.SOURCE,
    openrouter_models.SOURCE,
    eodhd_quotes.SOURCE,
    quotes_file.SOURCE,
    edgar_shares.SOURCE,
    shares_file.SOURCE,
    ecb_rates.SOURCE,
    ecb_bundled.SOURCE,
    disclosures.SOURCE,
    leaderboards.SOURCE,
    releases.SOURCE,
    genai_prices.SOURCE,
    huggingface_hub.SOURCE,
    claims.SOURCE,
)


def citation_of(metric: Metric) -> str:
    """The citation of the sources of a metric; `{as_of}` in it stands for the date of the numbers."""
    return " ".join(dict.fromkeys(source.citation for source in SOURCES if source.id in metric.sources)) or "curated"
