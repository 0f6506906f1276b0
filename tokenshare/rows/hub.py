"""Rows of the Hub's metrics and marts."""

from pydantic import Field

from tokenshare import fields as f
from tokenshare.rows.row import RowContract


class FamilyDownloadsDaily(RowContract):
    download_date: f.DownloadDate
    family_id: f.FamilyId
    downloads_all_time: f.Downloads = Field(
        description="All-time counters of the family's official repositories, added up."
    )
    downloads_flow: f.Downloads | None = Field(
        description="Downloads since the reading before; null on the first, and where a counter fell or went away."
    )
    is_counter_reset: f.IsCounterReset
    repos_count: f.Count = Field(description="Official repositories with a counter.")
    days_covered: f.Days | None = Field(description="Days since the reading before; null on the first.")


class FamilyDerivativesDaily(RowContract):
    download_date: f.DownloadDate
    family_id: f.FamilyId
    relation: f.Derivation
    models_count: f.Count = Field(description="Repositories, each once.")


class NewDerivativeShareMonthly(RowContract):
    month_start_date: f.MonthStartDate
    family_id: f.FamilyId
    derivatives_count: f.Count = Field(description="Of the month's repositories, those deriving from the family.")
    models_count: f.Count = Field(
        description="Text-generation repositories created in the month, still there, that declare a base model."
    )
    derivative_share: f.Share = Field(description="Part of the month's derivatives; families overlap.")


class ChinaDownloadShareTrailingYear(RowContract):
    download_date: f.DownloadDate
    chinese_downloads: f.Downloads = Field(description="Downloads of repositories of Chinese organisations.")
    unknown_downloads: f.Downloads = Field(description="Downloads of repositories whose organisation nobody mapped.")
    downloads: f.Downloads = Field(description="Downloads of all listed repositories within the window.")
    china_share: f.Share | None = Field(description="Chinese over all downloads; null until 365 days are covered.")
    coverage_share: f.CoverageShare | None = Field(
        description="Part of the Hub's 30-day downloads that the day's listing reached; null where nobody said."
    )
    days_covered: f.Days = Field(description="Days between the reading that opens the window and this one.")


class TrendingTop10Daily(RowContract):
    download_date: f.DownloadDate
    trending_rank: f.Rank
    repo: f.Repo
    author: f.Organisation
    is_chinese: f.IsChinese = Field(description="The author's vendor is Chinese; false where nobody mapped it.")
    trending_score: f.TrendingScore
    chinese_so_far_count: f.Count = Field(description="Repositories of Chinese authors from rank 1 to this one.")


class Family(RowContract):
    family_id: f.FamilyId
    family_name: f.Name = Field(description="The family's name for people.")
    vendor_id: f.VendorId
    country_code: f.CountryCode
    is_chinese: f.IsChinese
    organisations: f.Name = Field(description="Official organisations on the Hub, sorted, with commas between.")
    citation: f.Citation


class DownloadsDaily(RowContract):
    download_date: f.DownloadDate
    hub_id: f.HubId
    repo: f.Repo
    organisation: f.Organisation
    vendor_id: f.VendorId
    family_id: f.FamilyId
    is_chinese: f.IsChinese = Field(description="The organisation's vendor is Chinese.")
    pipeline_tag: f.PipelineTag | None = Field(description="Task it is filed under; null where it says none.")
    downloads_30_days: f.Downloads | None = Field(description="Rolling window of 30 days; may fall.")
    downloads_all_time: f.Downloads | None = Field(description="Counter since creation; null where not shown.")
    downloads_flow: f.Downloads | None = Field(
        description="Rise of the counter since the reading before; null on the first, and where it fell."
    )
    is_counter_reset: f.IsCounterReset = Field(description="The counter fell since the reading before.")
    likes: f.Count | None = Field(description="Likes; null where not shown.")
