"""The emulated Hub speaks the documented paths, filters, pages and limits; the real source reads it politely."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.http.retry import read_wait
from connectors.http.session import HttpSession, Politeness
from connectors.sources import huggingface_hub
from demo.emulator.answers import Refusal
from demo.emulator.hub import CALLS_A_WINDOW, Budget
from demo.emulator.server import Upstream
from flows import settings
from flows.setup.upstreams import open_upstreams
from tests.hub import REPOSITORIES, write_hub
from tests.upstream.worlds import head, ok, scripted
from tokenshare.errors import SourceAbsent
from tokenshare.events import DownloadsObserved
from tokenshare.sources import Fetch, Window

FIRST = date(2026, 6, 1)
AS_OF = datetime(2026, 6, 2, 6, tzinfo=UTC)
WINDOW = Window(FIRST, FIRST, AS_OF)
TOKEN = "hf_0123456789abcdef"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return write_hub(tmp_path / "world", FIRST, 3)


def ask(world: Path, path: str = "", as_of: datetime = AS_OF, **params: Any) -> httpx.Response:
    with Upstream(world, as_of) as upstream:
        return httpx.get(f"{upstream.urls['huggingface']}/api/models{path}", params=params, trust_env=False)


def names(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["id"] for row in response.json()]


def test_repositories_are_listed_as_known_then_sorted_as_asked(world: Path) -> None:
    by_downloads = ask(world, sort="downloads", limit=2, **{"expand[]": ["downloads", "downloadsAllTime"]})
    assert by_downloads.json() == [
        {"_id": f"{0:024x}", "id": "Qwen/Qwen3-8B", "downloads": 2698, "downloadsAllTime": 9090},
        {"_id": f"{1:024x}", "id": "Qwen/Qwen3-0.6B", "downloads": 2398, "downloadsAllTime": 8080},
    ]
    assert names(ask(world, sort="trendingScore", limit=1)) == ["Qwen/Qwen3-8B"]


def test_expand_gives_what_was_asked_and_nothing_else(world: Path) -> None:
    (row,) = ask(
        world, filter="base_model:Qwen/Qwen3-8B", search="merged", **{"expand[]": ["baseModels", "tags"]}
    ).json()
    assert row.keys() == {"_id", "id", "baseModels", "tags"}
    assert row["baseModels"]["relation"] == "merge"
    assert {model["id"] for model in row["baseModels"]["models"]} == {"Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B"}
    assert "downloadsAllTime" not in ask(world).json()[0]


def test_filters_narrow_a_listing_together(world: Path) -> None:
    assert set(names(ask(world, author="qwen"))) == {"Qwen/Qwen3-8B", "Qwen/Qwen3-0.6B"}
    assert names(ask(world, filter="base_model:quantized:Qwen/Qwen3-8B")) == ["someone/Qwen3-GGUF"]
    both = ["base_model:Qwen/Qwen3-8B", "base_model:meta-llama/Llama-3.1-8B"]
    assert names(ask(world, filter=both)) == ["someone/merged"]
    assert names(ask(world, author="nobody")) == []


def test_a_page_names_the_next_by_cursor_until_there_is_none(world: Path) -> None:
    seen: list[str] = []
    with Upstream(world, AS_OF) as upstream:
        base = upstream.urls["huggingface"]
        url: str | None = f"{base}/api/models?sort=downloads&limit=5"
        while url:
            response = httpx.get(url, trust_env=False)
            seen += names(response)
            url = response.links.get("next", {}).get("url")
            assert url is None or url.startswith("https://huggingface.co/api/models?")
            url = url and url.replace("https://huggingface.co", base)
    assert seen == [repo for repo, *_ in sorted(REPOSITORIES, key=lambda row: -row[2])]


def test_one_repository_is_shown_by_its_name(world: Path) -> None:
    assert ask(world, "/Qwen/Qwen3-8B", **{"expand[]": "downloadsAllTime"}).json()["downloadsAllTime"] == 9090
    assert ask(world, "/Qwen/None").status_code == 404


@pytest.mark.parametrize(
    "params",
    [{"expand[]": "stars"}, {"expand[]": "likes", "full": "true"}, {"limit": "0"}, {"cursor": "!"}, {"sort": "size"}],
)
def test_what_the_hub_would_refuse_is_refused(world: Path, params: dict[str, str]) -> None:
    assert ask(world, **params).status_code == 400


def test_the_budget_is_told_spent_and_given_anew() -> None:
    now = [0.0]
    budget = Budget(lambda: now[0])
    assert budget.spend() == {
        "RateLimit": '"api";r=499;t=300',
        "RateLimit-Policy": '"fixed window";"api";q=500;w=300',
    }
    now[0] = 100.5
    for _ in range(CALLS_A_WINDOW - 1):
        budget.spend()
    with pytest.raises(Refusal) as refused:
        budget.spend()
    assert refused.value.status == 429
    assert refused.value.headers["RateLimit"] == '"api";r=0;t=200'
    assert read_wait({name.lower(): value for name, value in refused.value.headers.items()}) == 200
    now[0] = 300
    assert budget.spend()["RateLimit"] == '"api";r=499;t=300'


def test_a_world_without_a_hub_has_no_such_path(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert ask(tmp_path / "empty").status_code == 404


# The real source over loopback.


def session(url: str, key: str | None = None, **politeness: Any) -> HttpSession:
    return HttpSession(url, key, Politeness(**politeness), key_name="HF_TOKEN", sleep=lambda _: None)


def test_the_source_reads_the_emulator_through_its_cursors(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.sources.hub_listings.PAGE_ROWS", 5)
    with Upstream(world, AS_OF) as upstream, session(upstream.urls["huggingface"]) as polite:
        pages = tuple(huggingface_hub.fetch(polite, WINDOW))
    found = huggingface_hub.parse(Fetch("huggingface_hub", WINDOW, pages))
    events = {event.repo: event for event in found.events if isinstance(event, DownloadsObserved)}
    assert sum("cursor" in page.url for page in pages) == 2
    assert set(events) == {repo for repo, *_ in REPOSITORIES}
    assert events["someone/merged"].base_models == ("merge:Qwen/Qwen3-8B", "merge:meta-llama/Llama-3.1-8B")
    assert found.coverage_share == 1.0


def test_a_fetch_that_spends_its_budget_is_absent(world: Path) -> None:
    with Upstream(world, AS_OF) as upstream, session(upstream.urls["huggingface"], calls=7) as polite:
        pages = huggingface_hub.fetch(polite, WINDOW)
        with pytest.raises(SourceAbsent, match="the budget of 7 calls is spent"):
            list(pages)


def test_a_spent_window_is_waited_out_as_told_or_given_up_before_the_deadline() -> None:
    naps: list[float] = []
    limited = head("429 Too Many Requests", "Content-Length: 0", 'RateLimit: "api";r=0;t=55')
    good = ok(b"[]", "Content-Type: application/json", 'Link: <https://huggingface.co/api/models?cursor=c>; rel="next"')
    with scripted([limited, good]) as (url, _):
        with HttpSession(url, None, Politeness(deadline_seconds=200), sleep=naps.append) as polite:
            assert polite.get("api/models").following == "https://huggingface.co/api/models?cursor=c"
        assert naps == [55.0]
    with (
        scripted([limited]) as (url, _),
        session(url, deadline_seconds=30) as polite,
        pytest.raises(SourceAbsent, match="asked to wait 55 s"),
    ):
        polite.get("api/models")


def test_the_hub_has_a_place_a_budget_and_a_deadline_of_its_own(world: Path) -> None:
    given = {"TOKENSHARE_HUB_URL": "http://127.0.0.1:9", "HF_TOKEN": TOKEN, "TOKENSHARE_HUB_CALLS": "44"}
    set_up = settings.load(given)
    for place in (world, None):
        with open_upstreams(set_up, place, AS_OF) as upstreams:
            hub = upstreams.endpoints["huggingface"]
        assert (hub.calls, hub.deadline_seconds) == (44, 240.0)
    assert (hub.url, hub.key, hub.key_name) == ("http://127.0.0.1:9", TOKEN, "HF_TOKEN")
    assert TOKEN not in repr(hub) + repr(set_up)
    assert settings.load({}).hub_calls * 2 < CALLS_A_WINDOW


def test_the_token_travels_in_its_header_and_repeated_parameters_are_repeated() -> None:
    good = ok(b"[]", "Content-Type: application/json")
    with scripted([good]) as (url, asked), session(url, TOKEN) as polite:
        assert polite.has_key
        page = polite.get("api/models", {"expand[]": ("downloads", "likes")}, with_key=True)
    assert f"authorization: bearer {TOKEN}" in asked[0].decode().lower()
    assert TOKEN not in page.url
    assert "expand%5B%5D=downloads&expand%5B%5D=likes" in page.url
    with session("http://127.0.0.1:1") as polite:
        assert not polite.has_key
