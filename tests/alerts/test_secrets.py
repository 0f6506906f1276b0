"""An address of a channel is a secret: whatever goes wrong, its value is in nothing that is said."""

import logging
from collections.abc import Iterator

import pytest

from flows.cli.output import progress_on_stderr, report_error
from flows.cli.redaction import redact, redact_logs
from tokenshare.errors import UsageError

CANARY = "canary-d81b6c2f40"
SECRETS = {
    "TOKENSHARE_ALERT_WEBHOOK_URL": f"https://hooks.example.com/services/{CANARY}?sig={CANARY}s",
    "TOKENSHARE_ALERT_CHANNELS": f"gotify://push.example.com/{CANARY}g mail=mailto://me:{CANARY}m@mail.example.com",
    "TOKENSHARE_HEARTBEAT_URL": f"https://beat.example.com/{CANARY}h",
    "OPENROUTER_API_KEY": f"{CANARY}k",
}
SAID = [f"cannot reach {url}" for url in SECRETS.values()] + [
    f"GET /services/{CANARY}?sig={CANARY}s HTTP/1.1", f"me:{CANARY}m was refused", f"Bearer {CANARY}k",
]  # fmt: skip


@pytest.fixture
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def _logs() -> Iterator[None]:
    make, level = logging.getLogRecordFactory(), logging.root.manager.disable
    logging.disable(logging.NOTSET)
    redact_logs()
    yield
    logging.setLogRecordFactory(make)
    logging.disable(level)


@pytest.mark.parametrize("said", SAID)
@pytest.mark.usefixtures("_secrets")
def test_an_error_whatever_it_says_is_shown_without_secrets(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    for error in (RuntimeError(said), UsageError(said, said)):
        report_error(error, is_json=True)
    shown = capsys.readouterr()
    assert "***" in shown.out
    assert "***" in shown.err
    assert CANARY not in shown.out + shown.err


@pytest.mark.usefixtures("_secrets")
def test_progress_is_told_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_on_stderr() as progress:
        progress(SAID[0])
    assert capsys.readouterr().err == "cannot reach ***\n"


@pytest.mark.usefixtures("_secrets", "_logs")
def test_no_logger_passes_on_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for said in SAID:
            logging.getLogger("urllib3.connectionpool").debug("https://%s:%s %s", "host", 443, said)
            logging.getLogger("apprise").warning(said)
    assert len(caplog.records) == 2 * len(SAID)
    assert CANARY not in caplog.text


def test_what_is_no_secret_stays() -> None:
    text = "metrics.china_share_origin_weekly: observed 0.5 at 2026-07-13, expected 0.6 to 1.6"
    assert redact(text, SECRETS) == text
    assert redact("hooks.example.com", SECRETS) == "hooks.example.com"
