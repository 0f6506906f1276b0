"""An address of a channel is a secret: whatever goes wrong, its value is in nothing that is said."""

import json
import logging
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest

from flows.cli.output import progress_on_stderr, report_error
from flows.setup.redaction import redact, redact_logs
from tokenshare.errors import UsageError

pytestmark = pytest.mark.threat("S9")

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
@pytest.mark.threat("X02")
def test_no_logger_passes_on_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for said in SAID:
            logging.getLogger("urllib3.connectionpool").debug("https://%s:%s %s", "host", 443, said)
            logging.getLogger("apprise").warning(said)
    assert len(caplog.records) == 2 * len(SAID)
    assert CANARY not in caplog.text


AWKWARD = 'sk-se+cret/key=="\\\u00e9~'
FORMS = {
    "quoted": quote(AWKWARD, safe=""),
    "quoted, slashes kept": quote(AWKWARD),
    "quoted with plus": quote_plus(AWKWARD),
    "quoted in lower case": re.sub("%..", lambda found: found[0].lower(), quote(AWKWARD, safe="")),
    "quoted twice": quote(quote(AWKWARD, safe=""), safe=""),
    "json": json.dumps(AWKWARD)[1:-1],
    "json in UTF-8": json.dumps(AWKWARD, ensure_ascii=False)[1:-1],
    "base64": b64encode(AWKWARD.encode()).decode(),
    "base64 for addresses": urlsafe_b64encode(AWKWARD.encode()).decode(),
    "base64 of a login": b64encode(f"me:{AWKWARD}".encode()).decode(),
    "base64 inside more": b64encode(f"user:{AWKWARD}, and more".encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_removed_in_every_form(form: str) -> None:
    found = redact(f"bad key {FORMS[form]} in /err", {"OPENROUTER_API_KEY": AWKWARD})
    assert "***" in found
    assert FORMS[form][4:12] not in found


@pytest.mark.parametrize("name", ["PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"])
def test_the_secrets_of_prefect_are_removed(name: str) -> None:
    assert redact(f"401 for admin:{CANARY}p", {name: f"admin:{CANARY}p"}) == "401 for ***"
    assert redact(f"401 for {CANARY}p", {name: f"admin:{CANARY}p"}) == "401 for ***"


@pytest.mark.parametrize("name", ["PREFECT_API_URL", "HTTPS_PROXY"])
def test_a_login_inside_an_address_is_removed(name: str) -> None:
    address = {name: f"http://admin:{CANARY}p@127.0.0.1:9/api"}
    assert redact(f"no server at {address[name]}", address) == "no server at http://***@127.0.0.1:9/api"


def test_what_is_no_secret_stays() -> None:
    text = "metrics.china_share_origin_weekly: observed 0.5 at 2026-07-13, expected 0.6 to 1.6"
    assert redact(text, SECRETS) == text
    assert redact("hooks.example.com", SECRETS) == "hooks.example.com"
