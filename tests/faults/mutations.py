"""The protections from faults and threats: the lines of mutations.csv, and their list by promise in README.md.

`python -m tests.faults.mutations` renders that list.

"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LIST, README = (Path(__file__).with_name(name) for name in ("mutations.csv", "README.md"))
BEGIN, END = "<!-- mutations -->\n", "<!-- end of mutations -->\n"
PROMISES = {
    "P1": "Nothing lost: what Kafka acknowledged is, after recovery, landed once or a dead letter once",
    "P2": "Nothing doubled: an offset lands once, a natural key counts once",
    "P3": "Nothing wrong published: readers see one version or the next, each let out by its gate",
    "P4": "Nothing silent: what is held, skipped, put aside or restated is on record and told",
    "P5": "Same input, same number",
    "P6": "Nothing obeyed: text, files, processes and servers of others are data; no secret leaves, no door is open",
}
MOST_CHARACTERS = 110


@dataclass(frozen=True)
class Mutation:
    """A row's protection: a text occurring once in a file, its replacement, and the test expected to fail."""

    id: str
    promise: str
    file: str
    find: str
    replace: str
    test: str

    @property
    def name(self) -> str:
        return self.test.rpartition("::")[2]


def read() -> list[Mutation]:
    with LIST.open(encoding="utf-8", newline="") as file:
        return [Mutation(**line) for line in csv.DictReader(file)]


def rendered(mutations: Iterable[Mutation]) -> str:
    """A table for each promise."""
    lines = []
    listed = list(mutations)
    for promise, said in PROMISES.items():
        lines += [f"### {promise} {said}", "", "| row | in | this | becomes | and red goes |", "| --- " * 5 + "|"]
        lines += [_line(mutation) for mutation in listed if mutation.promise == promise] + [""]
    return "\n".join(lines)


def parts(readme: str) -> tuple[str, str, str]:
    """A page before, in and after its rendered part."""
    before, _, rest = readme.partition(BEGIN)
    inside, _, after = rest.partition(END)
    return before + BEGIN, inside, END + after


def _line(mutation: Mutation) -> str:
    where = f"[{Path(mutation.file.removesuffix('/__init__.py')).name}](../../{mutation.file})"
    file = mutation.test.partition("::")[0]
    link = file.removeprefix("tests/faults/") if file.startswith("tests/faults/") else f"../../{file}"
    test = f"[{mutation.name}]({link})"
    return f"| {mutation.id} | {where} | {_code(mutation.find)} | {_code(mutation.replace)} | {test} |"


def _code(text: str) -> str:
    """The text on one line, shortened; empty if no text is left."""
    words = " ".join(text.split())
    if not words:
        return "-"
    short = words if len(words) <= MOST_CHARACTERS else f"{words[:MOST_CHARACTERS]} ..."
    return f"`{short}`".replace("|", "\\|")


if __name__ == "__main__":
    first, _, last = parts(README.read_text(encoding="utf-8"))
    README.write_text(first + rendered(read()) + last, encoding="utf-8")
