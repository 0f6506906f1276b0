"""The pages beside the page: dbt's of the models, and Great Expectations' of the checks of what readers see."""

from connectors.storage.home import Home, check_rights
from connectors.storage.publications.published import open_published
from flows.report import write
from flows.stages.dbt import write_docs
from tokenshare.metrics import METRICS


def write_pages(home: Home, runbooks: str) -> None:
    """Write both, and the page anew with links to them; raises UsageError if nothing is published yet."""
    from expectations import data_docs  # Great Expectations: seven seconds

    check_rights(home)
    with open_published(home.published_file):  # or say at once that it is not there
        pass
    write_docs(home.models_page)
    data_docs.write(home.root, home.published, home.checks_page.parent, METRICS)
    write(home, runbooks)
