"""Remove each protection in turn and expect its test to fail: `python -m tests.faults.mutate [--only ID]`.

A line of mutations.csv names a row, a file, a text occurring in it once, its replacement, and the test expected to
fail. The file is restored in any case; a file with other changes is refused if the text is not found. Only a failing
test, or a failing scene of it, in a product that still runs counts: a syntax error or a missing name proves nothing.
`make faults` shows that the test passes with its protection.

"""

import argparse
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from connectors.kafka import broker
from tests.broker import BOOTSTRAP, start_open
from tests.faults.mutations import Mutation, read

ROOT = Path(__file__).parents[2]
FAILED = 1  # other codes of pytest mean that all passed, or that none could be asked
NO_FINDING = (
    *("ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError", "NameError", "UnboundLocalError"),
    "server did not answer within",  # a machine that is too busy for a scene
)
REASON = re.compile(r"^(?:FAILED|ERROR) .*? - (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """The result of a test without its protection: pytest's code, and why it failed, else its last line."""

    code: int
    reason: str

    @property
    def is_red(self) -> bool:
        return self.code == FAILED and not any(word in self.reason for word in NO_FINDING)


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


def ask(test: str) -> Answer:
    """The result of pytest for one test, long or not."""
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "long or not long", "-p", "no:cacheprovider", test]
    environ = {**os.environ, "COLUMNS": "1000", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    found = REASON.search(done.stdout)
    return Answer(done.returncode, found[1] if found else done.stdout.strip().rpartition("\n")[2])


def is_seen(mutation: Mutation) -> bool:
    """Print a test's output; return True if it failed."""
    begun = monotonic()
    with mutated(ROOT / mutation.file, mutation.find, mutation.replace):
        answer = ask(mutation.test)
    said = "red" if answer.is_red else "NOT RED"
    print(f"{mutation.id} {said:7} {monotonic() - begun:5.0f} s  {mutation.file}  {mutation.name}", flush=True)
    print(f"    {answer.reason[:200]}", flush=True)
    return answer.is_red


@contextmanager
def shared_broker() -> Iterator[None]:
    """One Kafka for all tests without their own; the named one, if there is one."""
    if os.environ.get(BOOTSTRAP):
        yield
        return
    with TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ[BOOTSTRAP] = start_open(home)
        try:
            yield
        finally:
            broker.stop(home)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a row's id, or how it begins; several with commas between")
    wanted = tuple(parser.parse_args().only.upper().split(","))
    chosen = [mutation for mutation in read() if mutation.id.startswith(wanted)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the file is put back
    with shared_broker():
        unseen = [mutation.id for mutation in chosen if not is_seen(mutation)]
    print(f"{len(chosen)} protections taken away, {len(unseen)} of them unseen: {', '.join(unseen) or 'none'}")
    return int(bool(unseen) or not chosen)


if __name__ == "__main__":
    sys.exit(main())
