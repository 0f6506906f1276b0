"""The services of `apprise`: chat, mail, pagers; each behind an address that is a secret."""

from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from pydantic import SecretStr

from connectors.alerts.channel import DELIVERED, DeliveryOutcome
from connectors.alerts.wording import body_of, title_of
from tokenshare.alerts import AlertDocument

SECONDS = 20.0
# Plain calls of any address: ours has the rules about where it may go.
GENERIC = ("json", "jsons", "xml", "xmls", "form", "forms", "apprise", "apprises", "http", "https")
TRY = "try its address with apprise's own command, `apprise -vv --body test`"


def why_unknown(url: str) -> str:
    """Why `apprise` cannot use an address, in words that repeat nothing of it; empty where it can."""
    scheme = url.partition("://")[0].lower()
    if scheme in GENERIC:
        return f"{scheme}:// calls any address: use TOKENSHARE_ALERT_WEBHOOK_URL"
    return "" if _plugin(url) else f"apprise does not know what to make of this {scheme}:// address"


@dataclass(frozen=True)
class Service:
    """A channel by way of `apprise`."""

    name: str
    url: SecretStr = field(repr=False)
    seconds: float = SECONDS

    def send(self, document: AlertDocument) -> DeliveryOutcome:
        """Sends the message in words; a service that hangs is left behind."""
        taken: list[bool] = []
        thread = Thread(target=self._notify, args=(document, taken), daemon=True)
        thread.start()
        thread.join(self.seconds)
        if thread.is_alive():
            return DeliveryOutcome("unreachable", f"no answer within {self.seconds:g} s")
        return DELIVERED if taken == [True] else DeliveryOutcome("refused", f"the service did not take it; {TRY}")

    def _notify(self, document: AlertDocument, taken: list[bool]) -> None:
        from apprise import NotifyFormat, NotifyType, OverflowMode

        kinds = {"error": NotifyType.FAILURE, "warning": NotifyType.WARNING, "info": NotifyType.INFO}
        kind = NotifyType.SUCCESS if document.action == "resolve" else kinds[document.severity]
        plugin = _plugin(self.url.get_secret_value())
        try:
            plugin.overflow_mode = OverflowMode.TRUNCATE
            said = plugin.notify(
                body=body_of(document), title=title_of(document), notify_type=kind, body_format=NotifyFormat.TEXT
            )
            taken.append(bool(said))
        except Exception:  # noqa: BLE001  # a vendor's trouble, whatever it is, is a message not taken; its words may repeat the address
            taken.append(False)


def _plugin(url: str) -> Any:
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(app_id="tokenshare", app_desc="tokenshare", app_url="", async_mode=False, secure_logging=True)
    return Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
