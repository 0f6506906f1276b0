"""A folder of modules named like those that a Python program imports; each leaves its name when it runs."""

import sys
from pathlib import Path

OTHERS = ("typer", "rich", "pydantic", "kafka", "pandas", "duckdb", "dbt", "apache_beam", "prefect", "flows")
AT_START = ("sitecustomize", "usercustomize")
TRAP = "open({sprung!r}, 'a').write({name!r} + '\\n')\nraise SystemExit('code of the working directory')\n"


def lay(folder: Path) -> Path:
    """Lay the traps; return the file in which the names of those that ran appear."""
    folder.mkdir()
    sprung = folder / "sprung.txt"
    for name in {*sys.stdlib_module_names, *OTHERS, *AT_START}:
        (folder / f"{name}.py").write_text(TRAP.format(sprung=str(sprung), name=name))
    return sprung


def ran(sprung: Path) -> list[str]:
    """The names of the modules that ran."""
    return sorted(set(sprung.read_text().split())) if sprung.exists() else []
