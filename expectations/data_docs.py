"""A Great Expectations project over the published rows: a suite a metric, one checkpoint, and Data Docs of its run."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context import FileDataContext
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations import ExpectTableColumnsToMatchSet

from expectations.suites import suite_for
from tokenshare.metrics import Metric

CHECKPOINT = "published"
# Great Expectations' pages ask five hosts for styles and scripts; these ask nobody, and have a style of their own.
HEAD = """<head><meta http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline' file: data:">
<style>
body { font: 1rem/1.5 system-ui; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse } td, th { border: 1px solid #ccc; padding: .3rem .8rem; text-align: left }
img[src^=http], .modal, footer { display: none }
</style>"""
INDEX = """<!doctype html>
<html lang="en">{head}<meta charset="utf-8"><title>Checks of the published rows</title></head>
<h1>Checks of the published rows</h1>
<p>What Great Expectations finds in the file of each metric; the gates also judge laws, evidence and freshness.</p>
<table>
<tr><th>metric</th><th>expectations</th><th>met</th></tr>
{rows}
</table>
</html>
"""
ROW = '<tr><td><a href="{page}">{metric}</a></td><td>{evaluated}</td><td>{met}</td></tr>'


def write(root: Path, published: Path, pages: Path, metrics: Iterable[Metric]) -> Path:
    """Write the project `gx` into `root`, run its checkpoint, and build its Data Docs in `pages`; return their index.

    The rows are those of `current.parquet` of each metric; one without it is left out. No row's value enters the
    results or the pages, and the pages load nothing from elsewhere.
    """
    for former in (root / "gx", pages):
        shutil.rmtree(former, ignore_errors=True)
    context = gx.get_context(mode="file", project_root_dir=str(root))
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    _define_site(context, pages)
    results = _define_checkpoint(context, published, metrics).run(run_id=RunIdentifier(run_name=CHECKPOINT))
    context.build_data_docs()
    for page in pages.rglob("*.html"):
        page.write_text(page.read_text("utf-8").replace("<head>", HEAD, 1), "utf-8")
    rows = [_row(pages, result) for result in results.run_results.values()]
    (pages / "index.html").write_text(INDEX.format(head=HEAD, rows="\n".join(rows)), "utf-8")
    return pages / "index.html"


def _row(pages: Path, result: Any) -> str:
    metric, counts = result.suite_name, result.statistics
    page = next((pages / "validations" / metric).rglob("*.html")).relative_to(pages)
    evaluated, met = counts["evaluated_expectations"], counts["successful_expectations"]
    return ROW.format(metric=metric, page=page.as_posix(), evaluated=evaluated, met=met)


def _define_site(context: FileDataContext, pages: Path) -> None:
    for name in context.get_site_names():
        context.delete_data_docs_site(name)
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(pages)}
    site: Any = {"class_name": "SiteBuilder", "show_how_to_buttons": False, "store_backend": store}
    context.add_data_docs_site("checks", site)


def _define_checkpoint(context: FileDataContext, published: Path, metrics: Iterable[Metric]) -> gx.Checkpoint:
    """The checkpoint over every metric with rows that readers see."""
    source = context.data_sources.add_pandas_filesystem("published", base_directory=published)
    definitions = []
    for metric in metrics:
        path = f"{metric.id}/current.parquet"
        if (published / path).exists():
            batch = source.add_parquet_asset(metric.id).add_batch_definition_path("current", path=path)
            suite = context.suites.add(_of_file(metric))
            definition = gx.ValidationDefinition(name=metric.id, data=batch, suite=suite)
            definitions.append(context.validation_definitions.add(definition))
    checkpoint = gx.Checkpoint(name=CHECKPOINT, validation_definitions=definitions, result_format="BOOLEAN_ONLY")
    return context.checkpoints.add(checkpoint)


def _of_file(metric: Metric) -> gx.ExpectationSuite:
    """The suite of a metric's rows, for a file that has its as-of, version and status beside them."""
    suite = suite_for(metric)
    for rule in suite.expectations:
        if isinstance(rule, ExpectTableColumnsToMatchSet):
            rule.exact_match = False
    return suite
