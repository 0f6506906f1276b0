"""The commands that look at a home: its health, its metrics and their history."""

from flows import settings as environment
from flows.cli.options import AsOf, Json, OptionalMetric
from flows.cli.output import emit
from flows.cli.parsers import find_metric, read_moment
from flows.cli.tables import draw_facts, draw_metric, draw_metrics, draw_restatements, draw_status
from flows.queries import overview


def status(json: Json = False) -> None:
    """Show health and lag: what is held and why, weeks that lack a day, vendors that are not mapped."""
    emit(overview.status(environment.load()), json, draw_status)


def metrics(metric: OptionalMetric = None, as_of: AsOf = None, json: Json = False) -> None:
    """List all metrics, or the rows of one, now or as known at a moment."""
    home = overview.find_home(environment.load())
    if metric is None:
        emit(overview.metrics(home), json, draw_metrics)
    else:
        moment = read_moment(as_of) if as_of else None
        emit(overview.metric(home, find_metric(metric), moment), json, draw_metric)


def restatements(metric: OptionalMetric = None, json: Json = False) -> None:
    """List published cells that were replaced: old, new, cause, source offsets."""
    home = overview.find_home(environment.load())
    emit(overview.restatements(home, find_metric(metric) if metric else None), json, draw_restatements)


def report(json: Json = False) -> None:
    """Write the page with charts and tables, report/index.html, from what is published."""
    from flows.report import write as write_page  # three seconds

    emit({"report": str(write_page(overview.find_home(environment.load())))}, json, draw_facts)
