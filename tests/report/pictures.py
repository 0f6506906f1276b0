"""Pictures of the page of a home in docs/images: wide, narrow and dark.

python -m tests.report.pictures PAGE
"""

import sys
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.report.browser import browse

FOLDER = Path(__file__).parents[2] / "docs" / "images"
PICTURES = {  # width, height, scheme
    "report.png": (1000, 1500, "light"),
    "report-narrow.png": (390, 1500, "light"),
    "report-dark.png": (1000, 1500, "dark"),
}


def draw(page: Path, folder: Path) -> None:
    """Write each picture of a page into a folder."""
    with TemporaryDirectory() as profile, browse(Path(profile)) as tab:
        for name, (width, height, scheme) in PICTURES.items():
            tab.open(page, width=width, height=height, scheme=scheme)
            taken = tab.ask("Page.captureScreenshot", format="png")["data"]
            (folder / name).write_bytes(b64decode(taken))


if __name__ == "__main__":
    draw(Path(sys.argv[1]).resolve(), FOLDER)
