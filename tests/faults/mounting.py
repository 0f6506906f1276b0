"""File systems of their own, where this process may mount any."""

import subprocess
from pathlib import Path

import pytest


def mount(folder: Path, *words: str) -> None:
    """Mounts a file system there, or mounts it anew; the test is skipped where this is not allowed."""
    try:
        mounted = subprocess.run(["mount", *words, str(folder)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `mount` on this machine")
    if mounted.returncode:
        pytest.skip(f"nothing may be mounted here: {mounted.stderr.strip()}")
