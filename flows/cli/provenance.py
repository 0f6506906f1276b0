"""Commands about the provenance of numbers: `trace`, `check`, `cite`, `verify`."""

from typing import Annotated

import typer

from flows.cli.listing import Listing, lists
from flows.cli.options import AboutOption, AsKnownAt, Json, KeyArgument, MetricId
from flows.cli.output import emit, progress_on_stderr, spinner_on_stderr
from flows.cli.parsers import find_metric, read_moment
from flows.cli.setup import find_home, reading
from flows.cli.tables import draw_trace, draw_verify
from flows.cli.tables_claims import MATCH, MATCHES, draw_check, draw_citation
from tokenshare.errors import ExitCode

All = Annotated[bool, typer.Option("--all", help="Examine every version ever published, and every raw payload.")]
Quoted = Annotated[str, typer.Argument(help="The number as quoted; a share as 0.61 or 61%.")]
Entity = Annotated[str, typer.Option("--entity", help="The vendor, model, family or company of the number.")]
PeriodOption = Annotated[
    str | None,
    typer.Option("--period", help="2026, 2026-05, 2026-W21, 2026-05-20 or 2026-05-01/2026-05-31; by default all days."),
]
Rounding = Annotated[
    str | None, typer.Option("--rounding", help="The rounding step of the quoted number; by default its last digit.")
]
Method = Annotated[str | None, typer.Option("--method", help="The method named with the number, such as origin.")]
Verify = Annotated[bool, typer.Option("--verify", help="Compute the number again from its offsets first.")]


def trace(metric: MetricId, key: KeyArgument = None, json: Json = False) -> None:
    """Trace a published number to its topics, partitions and offsets, and compute it again from them."""
    from connectors.storage.publications import catalog
    from flows.queries.keys import key_among
    from flows.queries.trace import trace as trace_number

    home, wanted, words = find_home(), find_metric(metric), key or []
    with reading(home):
        key_among(wanted, words, catalog.read_metric(home, wanted))  # before the build database is copied
    with spinner_on_stderr("compute the number again from its offsets") as progress:
        found = trace_number(home, wanted, words, progress=progress)
    emit(found.document(), json, draw_trace)
    raise typer.Exit(int(ExitCode.OK if found.is_equal or found.changed_since else ExitCode.BUG))


@lists
def check(
    value: Quoted,
    about: AboutOption,
    entity: Entity = "",
    period: PeriodOption = None,
    rounding: Rounding = None,
    method: Method = None,
    *,
    listing: Listing,
) -> None:
    """Compare a quoted number with every way of counting it; list the matches and the number of variants tried."""
    from flows.queries.check import check as compare
    from flows.queries.check import read_question

    question = read_question(value, about, entity, period, rounding, method)
    home = find_home()
    with reading(home), spinner_on_stderr("trying every way of counting it"):
        document = compare(home, question)
    listing.emit(document, "matches", draw_check, MATCH, drawn=MATCHES)


def cite(
    metric: MetricId, key: KeyArgument = None, as_of: AsKnownAt = None, verify: Verify = False, json: Json = False
) -> None:
    """Print one sentence for citing a number: value, denominator, bounds, as-of, version, digest, source."""
    from flows.queries.cite import cite as quote

    moment = read_moment(as_of) if as_of else None
    home, wanted = find_home(), find_metric(metric)
    with reading(home), spinner_on_stderr("looking the number up"):
        citation = quote(home, wanted, key or [], as_of=moment, verify=verify)
    emit(citation, json, draw_citation)
    raise typer.Exit(int(ExitCode.BUG if citation["verified"] is False else ExitCode.OK))


def verify(all: All = False, json: Json = False) -> None:
    """Check every promise on the present state; list each breach with its place and its fix."""
    from flows.queries.verify import verify as examine

    with progress_on_stderr() as progress:
        document = examine(find_home(), progress, is_all=all)
    emit(document, json, draw_verify)
    raise typer.Exit(int(ExitCode.BUG if document["breaches"] else ExitCode.OK))
