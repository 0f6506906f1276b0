"""Where the files of the project lie that are no code: dbt's project, and the docs."""

from pathlib import Path

import tokenshare

_INSTALLED = Path(tokenshare.__file__).with_name("project")  # pyproject.toml puts them there in a wheel
IS_CHECKOUT = not _INSTALLED.is_dir()
ROOT = Path(__file__).parents[2] if IS_CHECKOUT else _INSTALLED
PROJECT = ROOT / "dbt"
