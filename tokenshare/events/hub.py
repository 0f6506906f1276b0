"""Repositories of the Hub, as listed."""

from tokenshare import fields as f
from tokenshare.events.event import Event


class DownloadsObserved(Event):
    """Counters, likes, trending score and base models of one repository at the moment of one fetch.

    `downloads_30_days` is a rolling window and may fall; only `downloads_all_time` counts up. A value missing from
    the listing is null, never 0.
    """

    hub_id: f.HubId
    repo: f.Repo
    created_at: f.CreatedAt
    pipeline_tag: f.PipelineTag | None
    tags: f.Tags
    downloads_30_days: f.Downloads | None
    downloads_all_time: f.Downloads | None
    likes: f.Count | None
    trending_score: f.TrendingScore | None
    base_models: f.BaseModels
