"""Where each upstream is asked: over HTTP, in files, in an installed package; for real, or in a world."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from connectors.http.session import POLITE, USER_AGENT, HttpSession, Politeness
from connectors.sources import ecb_bundled
from connectors.sources.files import SHIPPED, FileSession
from connectors.sources.installed_book import InstalledBook
from flows.run import Place, Run
from flows.settings import Settings, name_of
from tokenshare.sources import Source

KEY_PARAMS = {"eodhd": "api_token"}  # upstreams that want the key in the query


def open_session(run: Run, source: Source) -> HttpSession | FileSession | InstalledBook:
    """How the source is asked: politely over HTTP, from files, or from an installed package."""
    place = run.upstreams.places[source.upstream]
    if place.is_installed:
        return InstalledBook()
    if place.folders:
        return FileSession(place.folders)
    polite = Politeness(
        attempts=run.settings.http_attempts,
        calls=place.calls or POLITE.calls,
        deadline_seconds=place.deadline_seconds or run.settings.http_deadline_seconds,
    )
    return HttpSession(
        place.url,
        place.key,
        polite,
        key_name=place.key_name,
        key_param=place.key_param,
        user_agent=place.user_agent or USER_AGENT,
    )


def real(settings: Settings) -> dict[str, Place]:
    """Where the real upstreams are asked, and with which key."""
    return {
        "openrouter": Place(
            settings.openrouter_url, key=_told(settings.openrouter_api_key), key_name="OPENROUTER_API_KEY"
        ),
        "curated": Place(folders=(*([settings.curated] if settings.curated else []), SHIPPED)),
        "price_book": Place(is_installed=True),
        "huggingface": Place(settings.hub_url, key=_told(settings.hf_token), key_name="HF_TOKEN", **_bounds(settings)),
        **_markets(settings),
    }


def of_world(settings: Settings, world: Path, urls: Mapping[str, str], key: str) -> dict[str, Place]:
    """The same upstreams in a world: the emulator's addresses, and the world's own files before the shipped ones."""
    served = {name: Place(url, key=key, key_param=KEY_PARAMS.get(name, "")) for name, url in urls.items()}
    files = {name: Place(folders=(world,)) for name in ("quotes", "price_book")}
    hub = Place(urls["huggingface"], **_bounds(settings))
    return {**served, **files, "huggingface": hub, "curated": Place(folders=(world, SHIPPED))}


def _markets(settings: Settings) -> dict[str, Place]:
    """The real upstreams of quotes, share counts and rates; one without its folder, key or contact is apart."""
    key = _told(settings.eodhd_api_key)
    contact = settings.edgar_contact
    dropped = {"quotes": Place(folders=(settings.quotes,))} if settings.quotes else {}
    return {
        **dropped,
        "eodhd": Place(settings.eodhd_url, key=key, key_name=name_of("eodhd_api_key"), key_param=KEY_PARAMS["eodhd"]),
        "edgar": Place(
            settings.edgar_url, key=contact, key_name=name_of("edgar_contact"), user_agent=f"tokenshare/1 ({contact})"
        ),
        "ecb": Place(settings.ecb_url),
        "ecb_bundled": Place(folders=(ecb_bundled.BUNDLE,)),
    }


def _bounds(settings: Settings) -> dict[str, Any]:
    """What one fetch of the Hub may take: its listings need more calls than any other source."""
    return {"calls": settings.hub_calls, "deadline_seconds": settings.hub_deadline_seconds}


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
