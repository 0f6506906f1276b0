"""The alert channels of a set-up, opened from its settings."""

from collections.abc import Iterator

from pydantic import SecretStr

from connectors.alerts import services
from connectors.alerts.channel import Channel
from connectors.alerts.services import Service
from connectors.alerts.webhook import Caller, Webhook
from flows.settings import Settings, name_of
from tokenshare.errors import UsageError


def open_channels(settings: Settings) -> tuple[Channel, ...]:
    """The channels, each with a unique name.

    Raises UsageError, naming the position, if one cannot work.
    """
    webhook = (Webhook(Caller(settings.alert_webhook_url)),) if settings.alert_webhook_url else ()
    channels: tuple[Channel, ...] = (*webhook, *_services(settings.alert_channels))
    names = [channel.name for channel in channels]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise UsageError(f"two channels are called {twice}", f"give each a name in {name_of('alert_channels')}")
    return channels


def _services(secret: SecretStr | None) -> Iterator[Service]:
    words = secret.get_secret_value().split() if secret else []
    for place, word in enumerate(words, start=1):
        before, _, after = word.partition("://")
        name, is_named, scheme = before.rpartition("=")
        url = f"{scheme}://{after}"
        problem = services.why_unknown(url)
        if problem:
            variable = name_of("alert_channels")
            raise UsageError(f"number {place} in {variable} is not usable ({problem})", f"correct or unset {variable}")
        yield Service(name if is_named else scheme.lower(), SecretStr(url))
