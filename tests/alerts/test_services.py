"""Services by way of apprise, each against a real local server that speaks as the service would."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy

import pytest
from pydantic import SecretStr

from connectors.alerts.services import Service, why_unknown
from connectors.alerts.wording import LONGEST_BODY, LONGEST_TITLE, body_of, plain, title_of
from tests.alerts.documents import document, held
from tests.receiver import Receiver, listening

CANARY = "canaryTOKEN2f6b"
SLACK = f"slack://T0000CANA/B0000CANA/{CANARY}aaaaaaaaa"
HOSTILE = (
    "<!channel> <http://evil.example|click> @everyone [x](http://evil.example) *b* `c` <script>\r\nBcc: a@b\x00\u202e"
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@contextmanager
def mail_server() -> Iterator[tuple[int, list[bytes]]]:
    """A real SMTP server of the few words that a client needs."""
    taken: list[bytes] = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server.server_address[1], taken
        server.shutdown()


@pytest.fixture
def slack(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """Slack's webhook address, where the receiver listens."""
    monkeypatch.setattr("apprise.plugins.slack.NotifySlack.webhook_url", receiver.url)
    return receiver


@pytest.mark.threat("X09")
def test_slack_takes_it_and_nothing_in_it_is_markup(slack: Receiver) -> None:
    hostile = held(reason=HOSTILE, observed=HOSTILE, vendor_id=HOSTILE)
    assert Service("slack", SecretStr(SLACK)).send(document(hostile)).is_delivered
    (taken,) = slack.requests
    said = json.dumps(json.loads(taken.body)["attachments"])
    assert "observed" in said
    assert not [
        word for word in ("<", ">", "&", "@", "](", "`", "*", "http://evil", "evil.example", "\\u202e") if word in said
    ]


@pytest.mark.threat("X10")
def test_mail_has_one_subject_and_no_header_of_others() -> None:
    with mail_server() as (port, taken):
        url = f"mailto://127.0.0.1:{port}?from=us@here.example&to=you@there.example&mode=insecure&format=text"
        named = document(held(reason=HOSTILE, observed=HOSTILE)).model_copy(update={"title": f"held {HOSTILE}"})
        assert Service("mail", SecretStr(url)).send(named).is_delivered
    (raw,) = taken
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Bcc"] is None
    assert "held" in message["Subject"]
    assert message["To"].addresses[0].addr_spec == "you@there.example"


def test_a_message_that_is_over_is_told_as_such(receiver: Receiver) -> None:
    service = Service("gotify", SecretStr(f"gotify://127.0.0.1:{receiver.port}/{CANARY}"))
    assert service.send(document(action="resolve")).is_delivered
    said = json.loads(receiver.requests[0].body)
    assert said["title"] == "tokenshare: over: held metrics.vendor_share_daily"
    assert said["message"].startswith("Over as of 2026-07-14 06:00 UTC; it began 2026-07-14 06:00 UTC.")


def test_the_body_says_what_a_person_needs() -> None:
    assert body_of(document()).splitlines() == [
        "Since 2026-07-14 06:00 UTC; as of 2026-07-14 06:00 UTC.",
        "Affected views: metrics.vendor_share_daily",
        "other_rows: observed 0 at 2026-07-13, expected 1",
        "Readers see metrics.vendor_share_daily version 3 as of 2026-07-14 06:00 UTC: vendor_id deepseek, tokens 12",
        "Runbook: docs/runbooks/completeness.md#other_rows",
        "Pass run-1, key tokenshare/held/router",
    ]


@pytest.mark.threat("X22")
def test_a_flood_is_cut_and_counted() -> None:
    many = [held(observed=f"{number} {'x' * 500}").model_copy(update={"id": f"m{number}"}) for number in range(1000)]
    flood = document(*many)
    assert len(body_of(flood)) <= LONGEST_BODY
    assert "and 992 more" in body_of(flood)
    assert len(title_of(flood.model_copy(update={"title": "t" * 500}))) <= LONGEST_TITLE


def test_plain_keeps_what_names_and_numbers_are_made_of() -> None:
    kept = (
        "china_share_origin_weekly: observed 0.5 at 2026-07-13 deepseek/deepseek-r1, expected 0 to 1e-09; 通义 (50 %)"
    )
    assert plain(kept) == kept
    assert plain("a\r\nb\tc") == "a b c"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("see https://evil.example", "see https: //evil[.]example"),
        ("evil.example/path", "evil[.]example/path"),
        ("www.evil.example", "www[.]evil[.]example"),
        ("evil.example:8443 and EVIL.EXAMPLE", "evil[.]example:8443 and EVIL[.]EXAMPLE"),
        ("me@evil.example, @team", "me?evil[.]example, ?team"),
        ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd[.]xn--p1ai"),
        ("почта.рф", "почта[.]рф"),
        ("evil.com.csv", "evil[.]com.csv"),
        ("evil.usage.observed.v1", "evil[.]usage.observed.v1"),
    ],
)
@pytest.mark.threat("X09")
def test_a_domain_is_no_link_and_a_name_no_mention(text: str, seen: str) -> None:
    assert plain(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "records left to the dead letter of usage.observed.v1, fetch.completed.v1.dlq",
        "held metrics.vendor_share_daily, marts.dim_models",
        "hub_models.csv is missing; 0.506 of 2.5; gpt-4.1/o3.5:free",
        "It began 2026-07-14 06:00 UTC. Then it ended.",
    ],
)
def test_names_of_ours_and_numbers_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("url", [f"json://127.0.0.1/{CANARY}", f"https://example.com/{CANARY}", f"nope://{CANARY}",
                                 f"slack://{CANARY}", "mailto://"])  # fmt: skip
def test_an_address_that_is_no_service_is_refused_without_repeating_it(url: str) -> None:
    problem = why_unknown(url)
    assert problem
    assert CANARY not in problem


def test_a_service_that_is_known_is_not_refused() -> None:
    assert why_unknown(SLACK) == ""
    assert CANARY not in repr(Service("slack", SecretStr(SLACK)))
