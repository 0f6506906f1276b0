"""The commands about quoted numbers: `check` one, `cite` one."""

from typing import Annotated

import typer

from flows import answer, looks, show_claims
from flows import settings as environment
from flows.keys import find_metric, read_moment
from flows.options import Json
from tokenshare.errors import ExitCode

AsOf = Annotated[str | None, typer.Option("--as-of", help="As known at that moment, such as 2026-08-03T06:00:00Z.")]


def check(
    value: Annotated[str, typer.Argument(help="The number as quoted; a share as a part of one: 0.61.")],
    about: Annotated[str, typer.Option("--about", help="What it is about, such as china_share.")],
    entity: Annotated[str, typer.Option("--entity", help="Whom it is about, such as a vendor.")] = "",
    period: Annotated[str | None, typer.Option("--period", help="2026-05, 2026-W21, 2026-05-20, or two days.")] = None,
    rounding: Annotated[
        str | None, typer.Option("--rounding", help="The step it is quoted in; its last digit.")
    ] = None,
    method: Annotated[str | None, typer.Option("--method", help="The method it names, such as origin.")] = None,
    json: Json = False,
) -> None:
    """Which way of counting reproduces a quoted number, and how many were tried."""
    from flows.check import check as hold_against
    from flows.check import read_question

    asked = read_question(value, about, entity, period, rounding, method)
    answer.give(hold_against(looks.find_home(environment.load()), asked), json, show_claims.draw_check)


def cite(
    metric: str,
    key: list[str],
    as_of: AsOf = None,
    verify: Annotated[bool, typer.Option("--verify", help="Compute it again from its offsets first.")] = False,
    json: Json = False,
) -> None:
    """One sentence to quote a number by: value, denominator, bounds, as-of, version, digest, source."""
    from flows.cite import cite as quote

    moment = read_moment(as_of) if as_of else None
    told = quote(looks.find_home(environment.load()), find_metric(metric), key, as_of=moment, verify=verify)
    answer.give(told, json, show_claims.draw_citation)
    raise typer.Exit(int(ExitCode.BUG if told["verified"] is False else ExitCode.OK))
