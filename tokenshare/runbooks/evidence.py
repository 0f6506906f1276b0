"""Advice about evidence: what landed is not what it has to be."""

from tokenshare.runbooks.advice import NEVER, REAL, WAIT, Advice

REFETCH = "The next `tokenshare refresh` asks for the last seven days again and usually brings the whole day."
USAGE = "tokenshare metrics fct_usage_daily"

EVIDENCE: dict[str, Advice] = {
    "other_rows": Advice(f"The upstream served a day in part, or twice. {REFETCH}", WAIT, look=(USAGE,)),
    "missing_rows": Advice(f"The upstream named fewer models than it always has. {REFETCH}", WAIT, look=(USAGE,)),
    "conflicting_keys": Advice(
        "One answer gave two values for one key, so neither is believed. For a feed, wait for its next answer. For a "
        "curated or dropped file, keep one of the two rows that the check names and refresh.",
        "No: which of the two is right is not for a reader to guess.",
    ),
    "volume_ratio": Advice(
        "Compare the day with the upstream's own chart. A count that was doubled by mistake is corrected within three "
        "days, and the correction clears the check. A unit that changed for good needs a change in the source's "
        "parser.",
        REAL,
        look=(USAGE, "tokenshare metrics router_tokens_weekly"),
    ),
    "unknown_share": Advice(
        "See who is unknown: a vendor nobody mapped gets a cited row in `dbt/seeds/authors.csv`, a stealth model whose "
        "developer has been named one in `dbt/seeds/stealth_attributions.csv`. Then refresh.",
        "Yes, where a stealth model really is that popular and nobody has said whose it is: the bounds show how much "
        "the share could differ.",
    ),
    "unmapped_share": Advice(
        "A vendor that nobody has mapped carries a part worth looking at. `tokenshare status` lists them, the heaviest "
        "first; each gets a cited row in `dbt/seeds/authors.csv`. Then refresh: the change is a restatement with cause "
        "`attribution`.",
        "There is nothing to release: it shuts no gate. Until it is mapped its tokens count as unknown, and widen the "
        "bounds.",
        look=(USAGE,),
    ),
    "disappeared_days": Advice(
        "A day that the upstream had stated is missing from its newer, complete answer. It is most often back the next "
        "morning. The old rows are in the archive and in the landed files; nothing has been deleted.",
        "Only where the upstream has said that it withdrew the day.",
        look=(USAGE,),
    ),
    "unserved_days": Advice(
        f"The upstream has not served a day that is over. {REFETCH} A day that it never serves leaves its week "
        "without a row once the freshness limit has passed.",
        WAIT,
    ),
    "incomplete_fetches": Advice(
        "A fetch promised more records than have landed: a pass was cut off while it produced, or records were "
        "rejected. Refresh: the source is asked again, and a complete fetch replaces this one. Look for dead letters "
        "if it comes back.",
        NEVER,
    ),
    "twin_difference": Advice(
        "The Data API and the public export tell different shares of one model. Wait for the next answer of both; "
        "where they stay apart one of them changed its method, and the source's page under `docs/sources` needs a "
        "line about it.",
        "Only where you know which of the two is right, and say so.",
    ),
    "dearest_price": Advice(
        "A price of the catalogue is in the wrong unit. See the catalogue's own page of the model; it corrects itself "
        "within days, and the next fetch brings the right one.",
        REAL,
        look=("tokenshare metrics list_price_daily",),
    ),
    "priced_share": Advice(
        "Much of what is used or listed has no price: the catalogue came in part, or renamed its models. Refresh; "
        "where names changed, `dbt/seeds/price_book_models.csv` may need a cited row.",
        REAL,
        look=("tokenshare metrics list_price_daily",),
    ),
    "listed_models": Advice(
        "The catalogue was answered and empty. Refresh in an hour; see the upstream's status page.", NEVER
    ),
    "twin_ratio": Advice(
        "Catalogue and price book name prices far apart for one model. See both; a wrong unit corrects itself, a wrong "
        "pair is mended in `dbt/seeds/price_book_models.csv`.",
        REAL,
        look=("tokenshare metrics list_price_daily",),
    ),
    "book_moved": Advice(
        "The newer price book rewrites an old price by more than tenfold. See the book's own history; go back to the "
        "book before with your package manager if it is a mistake.",
        REAL,
    ),
    "book_disappeared": Advice(
        "The newer price book lacks days of a model that it priced before. Go back to the book before, or release "
        "where it was right to drop them.",
        REAL,
    ),
    "closes": Advice(
        "No final close of the session has come: the feed was asked too early, or gave partial bars. Refresh in the "
        "evening of the exchange; for a dropped file add the row to `quotes.csv`.",
        WAIT,
        look=("tokenshare metrics fct_quotes_daily",),
    ),
    "foreign_currency": Advice(
        "A close came in another currency than its line trades in: pence for pounds, or a symbol that means another "
        "listing. Correct the row, or the line in `dbt/seeds/company_lines.csv`.",
        NEVER,
        look=("tokenshare metrics fct_quotes_daily",),
    ),
    "split_suspected": Advice(
        "Look for a split or a new share count of the company on that day. Until the count has come its value is "
        "wrong by the ratio of the split: add the count to `share_counts.csv`, or wait for the filing.",
        "Yes, where the price really moved that much and no split lies behind it.",
        look=("tokenshare metrics fct_quotes_daily", "tokenshare metrics market_cap_daily"),
    ),
    "unconverted_closes": Advice(
        "No exchange rate of the session's day, nor of the six before, is there: the rates were not fetched. See the "
        "source of rates in `tokenshare status`, then refresh.",
        NEVER,
    ),
    "listed_repositories": Advice(
        "The Hub answered and listed nothing. Refresh in an hour; see the Hub's status page.", NEVER
    ),
    "gone_share": Advice(
        "A fifth of the official repositories vanished at once: a listing was cut short, or an organisation was "
        "renamed. Refresh; a new name goes into `dbt/seeds/hub_organisations.csv`, with a citation.",
        "Yes, where an organisation really withdrew them.",
    ),
    "counted_downloads": Advice(
        "All counters are zero: the Hub switched them off. It has done so for one to three days before; wait.", NEVER
    ),
    "counted_share": Advice(
        "Many repositories came without a counter: the answer was trimmed, or the field was renamed. Refresh; see the "
        "Hub's page under `docs/sources`.",
        NEVER,
    ),
    "fallen_share": Advice(
        "Many counters fell at once, which downloads do not: the Hub recounted or lost some. Wait for the days after; "
        "where the new level stays, it is the new truth.",
        "Yes, once the new level has stood for three days; the fall is then told as a reset, without a flow.",
    ),
    "freshness": Advice(
        "Nothing new has come for longer than the metric allows. `tokenshare status` tells when each source last "
        "answered in full; see the runbook of an absent or a refused source. The next good fetch clears it.",
        "Only for the hour: the age grows, so the next pass holds it again. Mend the source.",
    ),
    "restated_units": Advice(
        "The curated row was rewritten in another unit or currency. Write it in the one it was first stated in; a fact "
        "that really is told in another from now on is a new row with its own date.",
        NEVER,
    ),
    "restated_ratio": Advice(
        "Compare the row with its citation: a count in thousands, a figure in millions or a score in percent is the "
        "usual reason. Correct the file and refresh.",
        REAL,
    ),
    "withdrawn_rows": Advice(
        "The observed value says how many rows are gone from the curated file, and which. Put them back if they were "
        "lost: the file as it was lies in the archive. A row whose date was wrong is gone under the old date, and a "
        "claim whose period was. A folder of your own in `TOKENSHARE_CURATED` is read instead of the shipped files: "
        "copy their rows into it.",
        "Yes, if they were meant to go: the numbers without them are published as a restatement, and these rows are "
        "not missed again. Each group that stood on them is released by itself.",
        look=("tokenshare metrics fct_disclosures",),
    ),
    "catalogue_moved": Advice(
        "Compare a few models with the catalogue's own page. Prices per million where prices per token belong are the "
        "usual reason, and the upstream corrects them; the next pass lets the prices go.",
        WAIT,
        look=("tokenshare metrics list_price_daily",),
    ),
    "middle_move": Advice(
        "Compare a few closes with the exchange. A feed in pence or in another currency needs its listing corrected; a "
        "dropped file is corrected and dropped again.",
        REAL,
        look=("tokenshare metrics fct_quotes_daily",),
    ),
    "rate_moved": Advice(
        "Compare the rate with the ECB's page of that day. A file whose columns changed places needs its parser "
        "corrected; the archive has the file as it came.",
        REAL,
    ),
    "middle_growth": Advice(
        "The Hub counts downloads in another way, or counts twice. Look at its announcements; it usually corrects the "
        "counters within days.",
        WAIT,
        look=("tokenshare metrics fct_downloads_daily",),
    ),
}
