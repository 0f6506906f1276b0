"""What a person may have meant by a word that is not known: the closest few known ones."""

from collections.abc import Iterable
from difflib import get_close_matches

from tokenshare.errors import UsageError

MOST, FEW = 3, 12
PART = 3  # letters from which a word may be a part of the wanted one


def unknown(problem: str, word: str, known: Iterable[str], where: str = "") -> UsageError:
    """The error about a word that is not known; `where` is the command that lists the known ones, if one does."""
    return UsageError(problem, suggest(word, known, where))


def suggest(word: str, known: Iterable[str], where: str = "") -> str:
    """The fix: the closest known words, else the command listing all, else all if they are few."""
    words = list(dict.fromkeys(known))
    typed = word.lower()
    parts = [name for name in words if len(typed) >= PART and typed in name.lower()]
    close = list(dict.fromkeys([*get_close_matches(typed, words, MOST), *parts]))[:MOST]
    if close:
        return f"did you mean {' or '.join(filter(None, (', '.join(close[:-1]), close[-1])))}?"
    if where:
        return f"`{where}` lists the known ones"
    return f"choose among {', '.join(words if len(words) <= FEW else get_close_matches(typed, words, FEW, cutoff=0))}"
