"""The profile of dbt: paths from outside, no secret, and no way to fetch an extension."""

import re
import subprocess
import sys

import pytest

from tests.dbt.conftest import ROOT

PROFILE = (ROOT / "dbt" / "profiles.yml").read_text(encoding="utf-8")


@pytest.mark.threat("X04")
def test_the_profile_takes_paths_alone_from_outside_and_has_no_login() -> None:
    assert re.findall(r"env_var\('(\w+)'", PROFILE) == ["TOKENSHARE_WAREHOUSE", "DBT_TARGET_PATH", "TOKENSHARE_HOME"]
    assert len(re.findall(r"\{\{", PROFILE)) == 3
    assert not re.search(
        r"password|secret|token|user|key\b", PROFILE.lower().replace("tokenshare", "").replace("custom_user_agent", "")
    )


@pytest.mark.threat("X17")
def test_the_build_neither_installs_nor_loads_an_extension() -> None:
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
        assert f'{setting}: "false"' in PROFILE  # for both targets: one takes what the other has


def test_no_connection_draws_a_bar_on_stdout() -> None:
    """`python -c` has no file, so DuckDB takes it for interactive, and a query of two seconds for worth a bar."""
    asked = "execute(\"SELECT current_setting('enable_progress_bar')\").fetchone()"
    ours = f"from connectors.storage.warehouse import connect; print(connect(':memory:').{asked})"
    done = subprocess.run([sys.executable, "-c", ours], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "(False,)\n"
    settings = PROFILE[PROFILE.index("settings:") :]
    assert re.search(r"^ +enable_progress_bar: false$", settings, re.MULTILINE)
