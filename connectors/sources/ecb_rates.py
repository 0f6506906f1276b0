"""Reference rates from the European Central Bank (no key)."""

from datetime import time, timedelta

from connectors.sources.rates import PARTIES, fetch, parse
from tokenshare.sources import Source
from tokenshare.topics import FX_OBSERVED

SOURCE = Source(
    id="ecb_rates",
    title="European Central Bank: euro foreign exchange reference rates",
    emits=(FX_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="free reuse with attribution",
    homepage="https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html",
    citation="Exchange rates: European Central Bank, euro reference rates, as of {as_of}.",
    terms="No key. Published about 16:00 CET on TARGET working days, for information, not for transactions.",
    traps="Days without a rate are missing from the file: weekends, Good Friday, Easter Monday, 1 May, 25 and 26 "
    "December, 1 January. `N/A` is a missing rate. The base is the euro: USD per HKD is a quotient of two columns. "
    "The newest day comes first, and every line ends with a comma.",
    world_file="fx.csv",
    due="30 15 * * 1-5",  # set about 14:15 UTC, published by 15:00
    day_ends=time(15),
    fetch=fetch,
    has_days=True,
    parties=PARTIES,
    parse=parse,
    upstream="ecb",
)
