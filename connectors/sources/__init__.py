"""The outside parties whose numbers enter, in the order they are asked; one line here adds a source."""

from connectors.sources import openrouter_categories, openrouter_exports, openrouter_models, openrouter_rankings
from tokenshare.sources import Source

SOURCES: tuple[Source, ...] = (
    openrouter_rankings.SOURCE,
    openrouter_exports.SOURCE,
    openrouter_categories.SOURCE,
    openrouter_models.SOURCE,
)
