"""Separate file systems, if this process may mount them."""

import subprocess
from pathlib import Path

import pytest


def mount(folder: Path, *words: str) -> None:
    """Mount a file system there, or remount it; skip the test if that is not allowed."""
    try:
        mounted = subprocess.run(["mount", *words, str(folder)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `mount` on this machine")
    if mounted.returncode:
        pytest.skip(f"nothing may be mounted here: {mounted.stderr.strip()}")
