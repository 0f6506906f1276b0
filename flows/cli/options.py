"""Options and arguments shared by several commands, with their shell completion."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


def completes(words: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """A completion function for the shell: the words starting with the text typed so far.

    The words are asked for only then, for some are those of contracts that take a second to import.
    """
    return lambda incomplete: [word for word in words() if word.startswith(incomplete)]


def metric_ids() -> Iterable[str]:
    """The ids of all metrics."""
    from tokenshare.metrics import METRIC_BY_ID

    return METRIC_BY_ID


def _source_ids() -> Iterable[str]:
    from connectors.sources import SOURCES

    return [source.id for source in SOURCES]


def _subjects() -> Iterable[str]:
    from tokenshare.claims import ABOUT_BY_NAME

    return ABOUT_BY_NAME


class ListFirst(TyperGroup):
    """A group whose words without a subcommand are those of `list`; options may precede a subcommand."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Move the subcommand to the front."""
        if args in (["--help"], ["-h"]):
            return super().parse_args(ctx, args)
        name = next((word for word in args if word in self.commands), "list")
        if name in args:
            args.remove(name)
        return super().parse_args(ctx, [name, *args])


METRIC_HELP = "A metric, such as china_share_origin_weekly."
complete_metric = completes(metric_ids)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The moment to take as now, such as 2026-08-03T06:00:00Z.")]
AsKnownAt = Annotated[
    str | None, typer.Option("--as-of", help="As known at this moment, such as 2026-08-03T06:00:00Z.")
]
World = Annotated[
    Path | None, typer.Option("--world", help="A directory of CSV files to serve in place of the internet.")
]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        help="Only this source; may be repeated.",
        autocompletion=completes(_source_ids),
    ),
]
MetricId = Annotated[str, typer.Argument(help=METRIC_HELP, autocompletion=complete_metric)]
OptionalMetric = Annotated[str | None, typer.Argument(help=METRIC_HELP, autocompletion=complete_metric)]
KeyArgument = Annotated[
    list[str] | None, typer.Argument(help="One word for each column of its key, such as 2026-W27.", show_default=False)
]
AboutOption = Annotated[
    str,
    typer.Option(
        "--about", help="The subject of the number, such as china_share.", autocompletion=completes(_subjects)
    ),
]
By = Annotated[str, typer.Option("--by", help="The name of the person deciding; it goes on record.")]
Reason = Annotated[str, typer.Option("--reason", help="The reason of the decision; it goes on record.")]
