"""Build the docs site: `python docs/site/build.py FOLDER`, with MkDocs on the path of Python.

The pages are staged as they lie in the checkout, so that each link is the same there, on GitHub and on the site.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).with_name("mkdocs.yml")
PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def stage(root: Path, folder: Path) -> None:
    """Copy the pages into an empty folder, and whatever they link to beside them."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in PAGES:
        source, target = root / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    waiting = sorted(folder.rglob("*.md"))
    for page in waiting:
        for file in linked(root / page.relative_to(folder)):
            target = folder / file.relative_to(root)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
                waiting += [target] * (target.suffix == ".md")


def linked(page: Path) -> Iterator[Path]:
    """The files that a page links to, as they lie in its checkout."""
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        file = (page.parent / link).resolve()
        if file.is_file():
            yield file


def expand(entries: list[Any], folder: Path) -> Iterator[Any]:
    """Navigation with each folder replaced by its pages, its README first."""
    for entry in entries:
        if isinstance(entry, dict):
            ((title, inside),) = entry.items()
            yield {title: list(expand(inside, folder)) if isinstance(inside, list) else inside}
        elif entry.endswith("/"):
            found = sorted((folder / entry).glob("*.md"), key=lambda path: (path.name != "README.md", path.name))
            yield from (str(path.relative_to(folder)) for path in found)
        else:
            yield entry


def build(root: Path, work: Path) -> Path:
    """The folder of the built site below a working folder; a warning ends it."""
    pages, site = work / "pages", work / "site"
    stage(root, pages)
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    config |= {"docs_dir": "pages", "site_dir": "site", "nav": list(expand(config["nav"], pages))}
    (work / CONFIG.name).write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(work / CONFIG.name)]
    subprocess.run(words, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    return site


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{build(ROOT, Path(sys.argv[1]).resolve()) / 'index.html'}\n")
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)
