"""The one exception tree: message, fix, and exit code of every error."""

import errno
import os
from collections.abc import Sequence
from enum import IntEnum

OUT_OF_FILES = os.strerror(errno.EMFILE)
MORE_FILES = "let this process open more files (ulimit -n)"


class ExitCode(IntEnum):
    """The exit status of a process; a contract with schedulers."""

    OK = 0
    BUG = 1
    USAGE = 2
    HELD = 10
    RECORDS_LOST = 11
    INCOMPLETE = 12
    UNDELIVERED = 13
    BROKER = 14
    BUSY = 75
    INTERRUPTED = 130


GRAVITY = (
    ExitCode.BUG,
    ExitCode.USAGE,
    ExitCode.BROKER,
    ExitCode.RECORDS_LOST,
    ExitCode.INCOMPLETE,
    ExitCode.HELD,
    ExitCode.UNDELIVERED,
)


def gravest(codes: Sequence[ExitCode]) -> ExitCode:
    """The outcome to report, of several."""
    return next((code for code in GRAVITY if code in codes), ExitCode.OK)


class TokenshareError(Exception):
    """Something a person can mend: `fix` names how, in one clause.

    A process without free file descriptors blames the file or socket that it tried to open: its `fix` is to have more.
    """

    exit_code = ExitCode.BUG

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message, fix)  # both: pickle, and so Beam, makes it anew from its arguments
        self.message = message
        self.fix = MORE_FILES if OUT_OF_FILES in message else fix

    def __str__(self) -> str:
        return f"{self.message}: {self.fix}" if self.fix else self.message


class UsageError(TokenshareError):
    """A wrong option, setting, home or as-of."""

    exit_code = ExitCode.USAGE


class BrokerUnavailable(TokenshareError):
    """Kafka cannot be reached, refuses us, or lacks a topic."""

    exit_code = ExitCode.BROKER


class MessageTooLarge(BrokerUnavailable):
    """Kafka refuses a message, because it is larger than its topic takes."""


class StoreUnavailable(BrokerUnavailable):
    """The object store of landed files or of the archive does not answer."""


class MirrorFailed(BrokerUnavailable):
    """A mirror of what is published does not answer, or refuses us."""


class RunnerFailed(BrokerUnavailable):
    """The Flink cluster that lands ranges cannot be reached, or its job failed."""


class RecordsLost(TokenshareError):
    """Records are gone from the topic before they landed."""

    exit_code = ExitCode.RECORDS_LOST


class Busy(TokenshareError):
    """Another pass owns the home."""

    exit_code = ExitCode.BUSY


class Interrupted(TokenshareError):
    """Somebody stopped the command."""

    exit_code = ExitCode.INTERRUPTED


class ContractViolation(ValueError):
    """A record breaks its topic's contract; it goes to the dead letter."""


class SourceAbsent(Exception):
    """The upstream gave no complete answer: its numbers are unknown, not zero. `status` is that of HTTP, 0 without."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class FetchCut(Exception):
    """The upstream stopped answering midway, and the pages before it count."""


class PayloadRefused(Exception):
    """The upstream answered, and the answer cannot be trusted as a whole."""
