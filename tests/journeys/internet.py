"""The router and the central bank as one address that stays while what they answer changes."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo.emulator.server import Upstream
from tests.prefect.server import free_port
from tests.scene import MODELS, small_rows, write_prices, write_rankings

TODAY = datetime.now(UTC)
NEWEST = (TODAY - timedelta(days=1, hours=3)).date()  # a day is known at five past two of the next
FIRST = NEWEST - timedelta(days=29)


def world_of(directory: Path, *, without_other: bool = False) -> Path:
    """Thirty days up to the newest, with prices and rates; on request that one lacks the tokens of all other models."""
    spoilt = (NEWEST.isoformat(), "other") if without_other else None
    write_rankings(directory, [row for row in small_rows(FIRST, 30) if row[1:3] != spoilt])
    write_prices(directory, f"{FIRST}T00:00:00Z", dict.fromkeys(MODELS, ("0.000003", "0.000015")))
    rates = [f"{FIRST}T00:00:00Z,{FIRST + timedelta(days=day)},EUR,USD,1.1\n" for day in range(30)]
    (directory / "fx.csv").write_text("known_at,date,base,quote,rate\n" + "".join(rates))
    return directory


class Internet:
    """The emulator on one port; `serve` replaces what it answers."""

    def __init__(self) -> None:
        self._port, self._served = free_port(), ExitStack()

    def serve(self, world: Path) -> dict[str, str]:
        """Answer from a world; the settings that lead there."""
        self.close()
        upstream = self._served.enter_context(Upstream(world, TODAY, self._port))
        return {"TOKENSHARE_OPENROUTER_URL": upstream.url, "TOKENSHARE_ECB_URL": upstream.urls["ecb"]}

    def close(self) -> None:
        self._served.close()
