"""The route as Prefect sees it: thin flows over the stages, and the same functions where no server answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from connectors.storage import durable, home, lock, runs
from connectors.storage.home import Home, Origin
from flows.publish import republish
from flows.refresh import Report, Stages, refresh
from flows.settings import Settings
from flows.surroundings import new_run_id, now, open_run
from tokenshare.errors import Busy

ANSWER_SECONDS = 2.0


def run_once(
    settings: Settings,
    as_of: datetime | None,
    world: Path | None,
    sources: Sequence[str],
    progress: Callable[[str], None],
    *,
    origin: Origin | None = None,
    take_over: bool = False,
    planned_holds: frozenset[str] = frozenset(),
) -> Report:
    """A pass with everything around it; it shows in Prefect where a server answers, and is the same without one."""
    numbers_of = origin or ("world" if world else "live")
    home.claim(Home(settings.home), numbers_of)
    if take_over:
        lock.take_over(Home(settings.home).lock)
    started = now()
    run_id = new_run_id(started)
    with (
        alone(Home(settings.home), run_id, started),
        open_run(settings, started, run_id, as_of, world, sources, progress) as run,
    ):
        route = partial(refresh, run, planned_holds=planned_holds)
        report: Report = as_flows(route)() if answers(settings.prefect_api_url) else route()
        return report


@contextmanager
def alone(mine: Home, run_id: str, at: datetime) -> Iterator[None]:
    """Holds the home for one pass, with what a killed one left put right: drafts removed, decisions shown.

    Raises Busy where another pass holds it, and leaves a note for that other's successor to put on record.
    """
    try:
        with lock.hold(mine.lock, run_id):
            durable.sweep(mine.archive)
            durable.sweep(mine.landing)
            republish(mine)
            yield
    except Busy as busy:
        runs.leave_skip(mine.skipped, run_id, at, busy.message)
        raise


def answers(api_url: str | None) -> bool:
    """Whether a Prefect server is there within two seconds. Without one Prefect would start its own, in 11 to 18 s."""
    if not api_url or not api_url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(f"{api_url.rstrip('/')}/health", timeout=ANSWER_SECONDS) as response:  # noqa: S310  # checked above
            return bool(response.status == 200)
    except (URLError, OSError, ValueError):
        return False


def as_flows(route: Callable[..., Report]) -> Callable[[], Report]:
    """The route as the flow `refresh` with a flow a stage. They take no parameters: what Prefect stores, it shows."""
    stages = Stages()
    shown = Stages(
        ingest=_flow("ingest", stages.ingest),
        land=_flow("land", stages.land),
        transform=_flow("transform", stages.transform),
        publish=_flow("publish", stages.publish),
    )
    return _flow("refresh", partial(route, stages=shown))


def _flow(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Calls `function` inside a flow run of that name; arguments stay in this process, secrets among them."""
    from prefect import Flow  # two seconds

    def call(*arguments: Any) -> Any:
        def body() -> Any:
            return function(*arguments)

        return Flow(body, name=name, persist_result=False, validate_parameters=False)()

    return call
