"""The services of `apprise`: chat, mail, pagers. Each address is a secret."""

from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from pydantic import SecretStr

from connectors.alerts.channel import DELIVERED, DeliveryOutcome
from connectors.alerts.wording import body_of, title_of
from tokenshare.alerts import AlertDocument

SECONDS = 20.0
# These schemes call any address. Our own webhook does that too, but with rules for the address.
GENERIC = ("json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises", "http", "https")
TRY = "try its address with apprise's own command, `apprise -vv --body test`"


def why_unknown(url: str) -> str:
    """The reason `apprise` cannot use an address, quoting only its scheme; empty if it can."""
    scheme = url.partition("://")[0].lower()
    if scheme in GENERIC:
        return f"{scheme}:// calls any address: use TOKENSHARE_ALERT_WEBHOOK_URL"
    return "" if _plugin(url) else f"apprise cannot use this {scheme}:// address"


@dataclass(frozen=True)
class Service:
    """A channel through `apprise`."""

    name: str
    url: SecretStr = field(repr=False)
    seconds: float = SECONDS

    def send(self, document: AlertDocument) -> DeliveryOutcome:
        """Send the alert as text. A hanging service is abandoned after `seconds`."""
        accepted: list[bool] = []
        thread = Thread(target=self._notify, args=(document, accepted), daemon=True)
        thread.start()
        thread.join(self.seconds)
        if thread.is_alive():
            return DeliveryOutcome("unreachable", f"no answer within {self.seconds:g} s")
        return DELIVERED if accepted == [True] else DeliveryOutcome("refused", f"the service did not take it; {TRY}")

    def _notify(self, document: AlertDocument, accepted: list[bool]) -> None:
        from apprise import NotifyFormat, NotifyType, OverflowMode

        kinds = {"error": NotifyType.FAILURE, "warning": NotifyType.WARNING, "info": NotifyType.INFO}
        kind = NotifyType.SUCCESS if document.action == "resolve" else kinds[document.severity]
        plugin = _plugin(self.url.get_secret_value())
        try:
            plugin.overflow_mode = OverflowMode.TRUNCATE
            answer = plugin.notify(
                body=body_of(document), title=title_of(document), notify_type=kind, body_format=NotifyFormat.TEXT
            )
            accepted.append(bool(answer))
        except Exception:  # noqa: BLE001  # any error of a vendor's plugin is a failed delivery; its text may quote the address
            accepted.append(False)


def _plugin(url: str) -> Any:
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(app_id="tokenshare", app_desc="tokenshare", app_url="", async_mode=False, secure_logging=True)
    return Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
