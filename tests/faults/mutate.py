"""Takes each protection away in turn and asks whether its test sees it: `python tests/faults/mutate.py [--only ID]`.

A line of mutations.csv names a row, a file, a text that occurs in it once, what it becomes, and the test that must go
red. The file is put back whatever happens; one that has changes of its own is refused by the text that must be found.
"""

import argparse
import csv
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("mutations.csv")
RED = 1  # tests failed; other codes of pytest mean that all passed, or that none could be asked


@contextmanager
def mutated(path: Path, find: str, replace: str) -> Iterator[None]:
    """The file without its protection; put back at the end."""
    sound = path.read_bytes()
    text = sound.decode()
    if text.count(find) != 1:
        raise SystemExit(f"{path}: {find!r} is in it {text.count(find)} times and not once: mend mutations.csv")
    path.write_text(text.replace(find, replace), encoding="utf-8")
    try:
        yield
    finally:
        path.write_bytes(sound)


def ask(test: str) -> int:
    """What pytest says of one test, long or not."""
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "long or not long", "-p", "no:cacheprovider", test]
    return subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a row's id, or how it begins")
    only = parser.parse_args().only.upper()
    with LIST.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["id"].startswith(only)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the file is put back
    survived = 0
    for line in lines:
        begun = monotonic()
        with mutated(ROOT / line["file"], line["find"], line["replace"]):
            is_red = ask(line["test"]) == RED
        survived += not is_red
        said = "red" if is_red else "NOT RED"
        name = line["test"].rpartition("::")[2]
        print(f"{line['id']:4} {said:8} {monotonic() - begun:6.1f} s  {line['file']:40} {name}", flush=True)
    print(f"{len(lines)} protections taken away, {survived} of them unseen")
    return int(bool(survived))


if __name__ == "__main__":
    sys.exit(main())
