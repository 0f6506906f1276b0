"""dbt's manifest of the project, parsed on import: processes forked afterwards have it already."""

from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.storage.home import Home
from flows.stages import dbt

with TemporaryDirectory() as folder:
    dbt.parse(Home(Path(folder)).warehouse, Path(folder))
