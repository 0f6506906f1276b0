"""A small Hub to play with: a dozen repositories, their counters day by day, written as a world."""

import csv
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

from demo.tables import HUB_MODELS

# repo, counter on the first day, rise a day, trending score, base models
REPOSITORIES = (
    ("Qwen/Qwen3-8B", 9000, 90, 12, ""),
    ("Qwen/Qwen3-0.6B", 8000, 80, 3, "finetune:Qwen/Qwen3-8B"),
    ("deepseek-ai/DeepSeek-R1", 7000, 70, 11, ""),
    ("meta-llama/Llama-3.1-8B", 6000, 60, 1, ""),
    ("google/gemma-3-4b-it", 5000, 50, 10, ""),
    ("google/vit-base", 4000, 40, 0, ""),
    ("openai/gpt-oss-20b", 3000, 30, 9, ""),
    ("moonshotai/Kimi-K2", 2000, 20, 8, ""),
    ("zai-org/GLM-4.5", 1500, 15, 7, ""),
    ("mistralai/Mixtral-8x7B", 1200, 12, 6, ""),
    ("someone/Qwen3-GGUF", 1000, 10, 5, "quantized:Qwen/Qwen3-8B"),
    ("someone/merged", 900, 9, 4, "merge:Qwen/Qwen3-8B;merge:meta-llama/Llama-3.1-8B"),
)
Counters = Callable[[int, int], int]  # place of the repository, what its counter would be -> what is shown


def write_hub(directory: Path, first: date, days: int, shown: Mapping[date, Counters] | None = None) -> Path:
    """Write a world with its Hub read on `days` days from `first` on; `shown` changes the counters of a day."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "hub_models.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HUB_MODELS.columns)
        for day in (first + timedelta(days=number) for number in range(days)):
            for place, (repo, opening, rise, trending, bases) in enumerate(REPOSITORIES):
                counter = opening + rise * (day - first).days
                counter = shown[day](place, counter) if shown and day in shown else counter
                named = (f"{day}T03:00:00Z", f"{place:024x}", repo, "2025-03-05T10:00:00Z", "text-generation", "gguf")
                writer.writerow((*named, 30 * rise - day.day, counter, 5, trending, bases, ""))
    return directory
