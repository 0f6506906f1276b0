"""Runbooks of evidence that one family of metrics alone has: prices, markets, downloads, curated facts."""

from tokenshare.runbooks.page import COMMAND, NEVER, REAL, RELEASE, WAIT, RunbookPage

PRICES = RunbookPage(
    id="prices",
    title="Prices",
    meaning="List prices are missing, are in a wrong unit, or differ too much from another statement of them.",
    look=("tokenshare gates list_price_daily", "tokenshare metrics list_price_daily"),
    mend=(
        "Compare the price with the model's own page in the catalogue. The upstream usually corrects a wrong unit "
        "within days, and the next fetch brings the right price."
    ),
    release=REAL,
    checks={
        "vendor_price": (
            "A gateway reports cost in the wrong unit, such as cents, or in another currency. Correct its cost map; "
            "what it reports again replaces what it reported before."
        ),
        "dearest_price": "A week is billed at a price in the wrong unit.",
        "prices_are_plausible": (
            "A model has a price in the wrong unit. It is a defect of ours only if the parser misreads the unit."
        ),
        "priced_share": (
            "Many of the used or listed models have no price: the catalogue came in part, or renamed its "
            "models. Refresh. If names have changed, add a row with its citation to "
            "the map `price_book_models` (`tokenshare mappings add`)."
        ),
        "unpriced_share": (
            "Neither the catalogue nor the price book prices a considerable part of the newest week. "
            "`tokenshare mappings --kind price` lists such models, with the name their maker has in the book; "
            "`tokenshare mappings add price NAME` writes a row."
            f"{RELEASE}Nothing to release: this check only alerts. Until a model is mapped, its tokens have no list "
            "price."
        ),
        "listed_models": (
            "The catalogue answered and listed nothing. Read the upstream's status page, and refresh in an hour."
            f"{RELEASE}{NEVER}"
        ),
        "twin_ratio": (
            "The catalogue and the price book state very different prices for one model. Look at both. A wrong unit "
            "corrects itself; correct a wrong pair in the map `price_book_models`."
        ),
        "catalogue_moved": (
            "All prices moved at once. Compare a few models with the catalogue's own page. The usual reason is a "
            "price per million tokens in the place of a price per token."
            f"{RELEASE}{WAIT}"
        ),
        "zero_price": (
            "The catalogue shows 0 for a model that the price book sells. Look at the model's page: the price was "
            "lost, or the model is sold another way, such as per request."
            f"{RELEASE}Yes, if the model really is given away on that day."
        ),
        "batch_ratio": (
            "One model's price is in another unit than all others of its day: per million, or per thousand, in the "
            "place of per token. Compare it with the maker's page."
        ),
        "model_moved": (
            "One model's price is fiftyfold what it was before, or a fiftieth. Compare it with the maker's page."
        ),
        "book_moved": (
            "The newer price book changes an old price more than tenfold. Read the book's own history. If the change "
            "is a mistake, install the book before it with your package manager."
        ),
        "book_disappeared": (
            "The newer price book lacks days of a model priced before. Install the book before it, or "
            "release if the book rightly dropped them."
        ),
    },
)
MARKETS = RunbookPage(
    id="markets",
    title="Markets",
    meaning=(
        "A close, an exchange rate or a share count is missing, is in another unit or currency, or moved further "
        "than markets do."
    ),
    look=(
        "tokenshare gates market_cap_daily",
        "tokenshare metrics fct_quotes_daily",
        "tokenshare metrics market_cap_daily",
    ),
    mend=(
        "Compare the key named by the check with the exchange, the filing or the ECB. Correct the row of a dropped "
        "file, or the line in the map `company_lines`, and refresh."
    ),
    release=REAL,
    checks={
        "closes": (
            "No final close of the session has come: the pass asked the feed too early, or the feed gave partial "
            "bars. Refresh in the evening of the exchange. If you drop the file yourself, add the row to "
            "`quotes.csv`."
            f"{RELEASE}{WAIT}"
        ),
        "foreign_currency": (
            "A close is not in the currency of its line: pence for pounds, or a symbol of another listing."
            f"{RELEASE}{NEVER}"
        ),
        "split_suspected": (
            "Look for a split or a new share count of the company on that day. Until the count has come, the value "
            "is wrong by the ratio of the split. Add the count to `share_counts.csv`, or wait for the filing."
            f"{RELEASE}Yes, if the price really moved that much and no split explains it."
        ),
        "count_moved": (
            "A share count is a hundredfold those before it, or a hundredth: in thousands or millions, or of a class "
            "of shares alone. Correct the row of `share_counts.csv`."
        ),
        "close_moved": (
            "A close is fiftyfold those before it of its line, or a fiftieth: in pence, or of another line. Correct "
            "the row of `quotes.csv`, or wait for the feed."
        ),
        "usual_split": (
            "The price fell in the ratio of a usual split and the share count stood. Look for a split of the company "
            "on that day; the filing with its count may be months away. Add the count to `share_counts.csv`."
            f"{RELEASE}Yes, if it was a bad day and no split."
        ),
        "stale_values": (
            "The named company has had no close for more than six days: its line is halted, delisted, renamed or no "
            "longer fed. Its rows and the total are marked `is_stale`. Add the new line, or the last day of the old "
            "one, to `dbt/seeds/company_lines.csv`, or drop the missing closes into `quotes.csv`."
            f"{RELEASE}Nothing to release: this check only alerts."
        ),
        "unconverted_closes": (
            "There is no exchange rate of the session's day or of the six days before: no pass fetched the rates. "
            "Look for the source of rates in `tokenshare status`, and refresh."
            f"{RELEASE}{NEVER}"
        ),
        "middle_move": (
            "All closes moved at once. Compare a few with the exchange. If a feed turned to pence or to another "
            "currency, correct its line; correct a dropped file and drop it again."
        ),
        "rate_moved": (
            "Compare the rate with the ECB's page of that day. If columns of the file have changed places, correct "
            "the parser; the archive keeps the file as it came."
        ),
        "values_are_plausible": (
            "Compare the company's close, currency and share count of the day. The usual reasons are a count in "
            "thousands, a price in pence, or a line of another company."
        ),
    },
)
DOWNLOADS = RunbookPage(
    id="downloads",
    title="Downloads",
    meaning="The Hub listed too little, or its counters stand still, fall or jump. Real downloads do not.",
    look=("tokenshare gates family_downloads_daily", "tokenshare metrics fct_downloads_daily"),
    mend=(
        "Read the Hub's status page and its announcements, and refresh in an hour. The Hub usually corrects its "
        "counters within days."
    ),
    release=NEVER,
    checks={
        "listed_repositories": "The Hub answered and listed nothing.",
        "gone_share": (
            "A fifth of the official repositories vanished at once: the listing was cut short, or an organisation "
            "was renamed. Add a new name with its citation to the map `hub_organisations`."
            f"{RELEASE}Yes, if an organisation really withdrew them. {COMMAND}"
        ),
        "counted_downloads": (
            "All counters are zero: the Hub switched them off. It has done so before, for one to three days. Wait."
        ),
        "counted_share": (
            "Many repositories came without a counter: the answer was cut, or the field was renamed. Read the Hub's "
            "page under `docs/sources`."
        ),
        "fallen_share": (
            "Many counters fell at once: the Hub recounted, or lost some. Wait for the following days. A lasting "
            "new level is the new truth."
            f"{RELEASE}Yes, once the new level has stood for three days. The published rows then show the fall as a "
            f"reset, without a flow. {COMMAND}"
        ),
        "middle_growth": f"The Hub counts downloads in another way, or counts them twice.{RELEASE}{WAIT}",
        "counter_rise": (
            "The counter of the named repository rose by more than its own downloads of thirty days. Compare both on "
            "its page. The Hub corrects an inflated counter by lowering it."
            f"{RELEASE}Yes, if the new level stays: the day then shows it as downloads. {COMMAND}"
        ),
    },
)
CURATED = RunbookPage(
    id="curated",
    title="Curated facts",
    meaning="A row of a curated file changed its unit or its size, contradicts itself, or is gone.",
    look=(
        "tokenshare gates disclosed_value",
        "tokenshare metrics fct_disclosures",
        "tokenshare metrics disclosed_value",
    ),
    mend="Compare the row named by the check with its citation, correct the file, and refresh.",
    release=REAL,
    checks={
        "restated_units": (
            "Somebody rewrote the row in another unit or currency. Write it in its first unit. If a fact has another "
            "unit from now on, add a new row with its own date."
            f"{RELEASE}{NEVER}"
        ),
        "restated_ratio": "The usual reasons are a count in thousands, a figure in millions, and a score in percent.",
        "series_ratio": (
            "The row is far from those of its series before it: 25 for 25 billion, thousands for units, percent for a "
            "part of 1. Or the two ends of its range are in different units."
        ),
        "nearest_ratio": "The row is far from every other row that it can be compared with: it is in another unit.",
        "withdrawn_rows": (
            "The observed value counts and names the missing rows. If they were lost, put them back: the "
            "archive keeps the file as it was. A row whose date was corrected is gone under the old date, and a "
            "claim whose period was corrected under the old period. To take a row of your own folder back, "
            "empty its value and leave the row: a row that just disappears may have been lost."
            f"{RELEASE}Yes, if somebody meant to remove them. The next version publishes the numbers without them as "
            "a restatement, and the check does not miss these rows again. Release each group made from them."
        ),
        "range_is_ordered": f"The least of the row is more than the most. Swap the two.{RELEASE}{NEVER}",
        "own_usd_agrees": (
            "The source's own amount in USD is far from ours, converted from its unit, currency and amount. Leave "
            "`own_usd` empty if the source converted at a rate of its own."
        ),
    },
)
FAMILIES = (PRICES, MARKETS, DOWNLOADS, CURATED)
