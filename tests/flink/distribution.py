"""Flink and Beam's job server for it, as files: fetched once, accepted by their hashes.

`python -m tests.flink.distribution FOLDER` fetches them: Flink's jars from the package that carries them for Python,
and the job server of the newest Beam whose parts Maven Central still has together.
"""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.kafka import distribution

HERE = Path(__file__).parent
BEAM = "org.apache.beam:beam-runners-flink-1.19:2.62.0+org.slf4j:slf4j-simple:1.7.30"
LIBRARY = "/deps/lib/"


def fetch(folder: Path) -> None:
    """Fill `folder/flink` and `folder/beam` with jars."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as staging:
        (Path(staging) / "flink").mkdir()
        _unpack(_download(Path(staging)), Path(staging) / "flink")
        beam = [Path(staging) / "beam" / path.name for path in _resolve(Path(staging))]
        distribution.verify(beam, distribution.listed((HERE / "beam-jars.sha256").read_text()))
        for name in ("flink", "beam"):
            shutil.rmtree(folder / name, ignore_errors=True)
            (Path(staging) / name).rename(folder / name)


def _download(folder: Path) -> Path:
    words = ["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes"]
    command = [sys.executable, "-m", *words, "--requirement", str(HERE / "flink.lock"), "--dest", str(folder)]
    subprocess.run(command, check=True)
    (found,) = folder.glob("*.tar.gz")
    return found


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as packed:
        for member in packed:
            if member.isfile() and LIBRARY in member.name:
                source = packed.extractfile(member)
                assert source
                (folder / Path(member.name).name).write_bytes(source.read())


def _resolve(staging: Path) -> list[Path]:
    (staging / "beam").mkdir()
    found = distribution.resolve(staging / "maven", BEAM)
    return [path.rename(staging / "beam" / path.name) for path in found]


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
