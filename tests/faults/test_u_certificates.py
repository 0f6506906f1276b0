"""A peer without a valid certificate gets no request: its source is absent, and no check is skipped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import certifi
import pytest

from tests.alerts.outbox_home import CANARY, caller
from tests.upstream.certificates import DAY, ELSEWHERE, HERE, Authority, shown, sign_oneself
from tests.upstream.polite import PATH, absent, session

Record = Callable[[str, Any], None]
WRONG: dict[str, tuple[Callable[[Authority, Path], Path], str]] = {
    "signed by itself": (lambda _, folder: sign_oneself(folder), "self-signed certificate"),
    "for another host": (lambda authority, _: authority.sign(ELSEWHERE), "not valid for '127.0.0.1'"),
    "expired": (lambda authority, _: authority.sign(HERE, -2 * DAY, -DAY), "has expired"),
    "not valid yet": (lambda authority, _: authority.sign(HERE, DAY, 2 * DAY), "is not yet valid"),
}


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority trusted by this process for the length of a test, and no other."""
    made = Authority(tmp_path)
    monkeypatch.setattr(certifi, "where", lambda: str(made.file))
    return made


def test_a_certificate_of_a_trusted_authority_for_this_host_is_accepted(authority: Authority) -> None:
    with shown(authority.sign(HERE)) as (url, asked), session(url) as polite:
        assert polite.get(PATH).body == b"[1]"
    assert len(asked) == 1


@pytest.mark.parametrize("kind", WRONG)
def test_u05_a_wrong_certificate_is_absent_and_nothing_is_asked_without_one(
    authority: Authority, tmp_path: Path, kind: str, record_property: Record
) -> None:
    """The upstream's certificate is self-signed, for another host, expired, or not valid yet."""
    make, reason = WRONG[kind]
    with shown(make(authority, tmp_path)) as (url, asked):
        message = absent(url, with_key=True, attempts=2)
    assert "no connection: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed" in message
    assert reason in message
    assert "tried 2 times" in message
    assert asked == []  # neither a request nor the key went out
    record_property("observed", f"absent: {reason}; nothing was asked")


@pytest.mark.parametrize("kind", WRONG)
def test_a01_a_channel_with_a_wrong_certificate_is_told_nothing(
    authority: Authority, tmp_path: Path, kind: str, record_property: Record
) -> None:
    """A webhook with a certificate signed by itself, for another host, expired, or not valid yet."""
    make, _ = WRONG[kind]
    with shown(make(authority, tmp_path)) as (url, asked):
        outcome = caller(f"{url}/{CANARY}").call("POST")
    assert (outcome.state, outcome.answer) == ("unreachable", "no connection, or no certificate that is trusted")
    assert asked == []
    record_property("observed", "no certificate that is trusted; nothing was said")
