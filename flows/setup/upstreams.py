"""The endpoint of each upstream: HTTP, files, or an installed package; for real, or in a world."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from connectors.http.session import POLITE, USER_AGENT, HttpSession, Politeness
from connectors.sources import ecb_bundled
from connectors.sources.files import SHIPPED, FileSession
from connectors.sources.installed_book import InstalledBook
from demo.emulator.server import Upstream, available
from demo.emulator.world_files import read_origin
from flows.settings import Settings, name_of
from tokenshare.errors import UsageError
from tokenshare.origins import LIVE, Origin

KEY_PARAMS = {"eodhd": "api_token"}  # upstreams with the key in the query


@dataclass(frozen=True)
class Endpoint:
    """The address, identity and key for requests to an upstream; `key_name` is the setting of the key.

    The key goes into the header unless `key_param` names a parameter of the query. `calls` and `deadline_seconds`
    bound one fetch if its limits differ from the general ones. If `folders` are given, files are read from there: each
    from the first folder with that file, with the rows of the file of the user's `own` folder added to it by key. If
    `is_installed`, the data come from an installed package.
    """

    url: str = ""
    folders: tuple[Path, ...] = ()
    own: Path | None = None
    key: str | None = field(default=None, repr=False)
    key_name: str = ""
    key_param: str = ""
    user_agent: str = ""
    is_installed: bool = False
    calls: int | None = None
    deadline_seconds: float | None = None


@dataclass(frozen=True)
class Upstreams:
    """The endpoint of each upstream by name, the files of a world (None: the real outside), and its origin."""

    endpoints: Mapping[str, Endpoint]
    files: frozenset[str] | None
    origin: Origin = LIVE


@contextmanager
def open_upstreams(settings: Settings, world: Path | None, as_of: datetime) -> Iterator[Upstreams]:
    """The real upstreams, or the emulator over a world at a moment; the emulator supplies a key."""
    if world is None:
        yield Upstreams(real_endpoints(settings), None)
        return
    with serve_world(world, as_of) as served:
        endpoints = world_endpoints(settings, world, served.urls, served.key)
        yield Upstreams(endpoints, available(world), origin_of(world))


def origin_of(world: Path | None) -> Origin:
    """The origin of what a pass fetches, as its world states it. Raises UsageError if the world does not exist."""
    return LIVE if world is None else read_origin(_existing(world))


def serve_world(world: Path, as_of: datetime, port: int = 0) -> Upstream:
    """The emulator over a world. Raises UsageError if the world does not exist."""
    return Upstream(_existing(world), as_of, port)


def _existing(world: Path) -> Path:
    if not world.is_dir():
        raise UsageError(f"there is no world at {world}", "name a directory with CSV files, such as rankings_daily.csv")
    return world


def open_session(settings: Settings, endpoint: Endpoint) -> HttpSession | FileSession | InstalledBook:
    """A session with an upstream: polite over HTTP, from files, or from an installed package."""
    if endpoint.is_installed:
        return InstalledBook()
    if endpoint.folders:
        return FileSession(endpoint.folders, endpoint.own)
    polite = Politeness(
        attempts=settings.http_attempts,
        calls=endpoint.calls or POLITE.calls,
        deadline_seconds=endpoint.deadline_seconds or settings.http_deadline_seconds,
    )
    return HttpSession(
        endpoint.url,
        endpoint.key,
        polite,
        key_name=endpoint.key_name,
        key_param=endpoint.key_param,
        user_agent=endpoint.user_agent or USER_AGENT,
    )


def real_endpoints(settings: Settings) -> dict[str, Endpoint]:
    """The endpoints of the real upstreams, with their keys."""
    return {
        "openrouter": Endpoint(
            settings.openrouter_url, key=_revealed(settings.openrouter_api_key), key_name="OPENROUTER_API_KEY"
        ),
        "curated": Endpoint(folders=(SHIPPED,), own=settings.curated),
        "price_book": Endpoint(is_installed=True),
        "huggingface": Endpoint(
            settings.hub_url, key=_revealed(settings.hf_token), key_name="HF_TOKEN", **_bounds(settings)
        ),
        **_markets(settings),
    }


def world_endpoints(settings: Settings, world: Path, urls: Mapping[str, str], key: str) -> dict[str, Endpoint]:
    """The same upstreams in a world: the emulator's addresses, and the world's own files before the shipped ones."""
    served = {name: Endpoint(url, key=key, key_param=KEY_PARAMS.get(name, "")) for name, url in urls.items()}
    files = {name: Endpoint(folders=(world,)) for name in ("quotes", "price_book")}
    hub = Endpoint(urls["huggingface"], **_bounds(settings))
    return {**served, **files, "huggingface": hub, "curated": Endpoint(folders=(world, SHIPPED))}


def _markets(settings: Settings) -> dict[str, Endpoint]:
    """The real upstreams of quotes, share counts and rates; `quotes` only if its folder is set."""
    key = _revealed(settings.eodhd_api_key)
    contact = settings.edgar_contact
    dropped = {"quotes": Endpoint(folders=(settings.quotes,))} if settings.quotes else {}
    return {
        **dropped,
        "eodhd": Endpoint(
            settings.eodhd_url, key=key, key_name=name_of("eodhd_api_key"), key_param=KEY_PARAMS["eodhd"]
        ),
        "edgar": Endpoint(
            settings.edgar_url, key=contact, key_name=name_of("edgar_contact"), user_agent=f"tokenshare/1 ({contact})"
        ),
        "ecb": Endpoint(settings.ecb_url),
        "ecb_bundled": Endpoint(folders=(ecb_bundled.BUNDLE,)),
    }


def _bounds(settings: Settings) -> dict[str, Any]:
    """The limits of one fetch of the Hub: its listings need more calls than any other source."""
    return {"calls": settings.hub_calls, "deadline_seconds": settings.hub_deadline_seconds}


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
