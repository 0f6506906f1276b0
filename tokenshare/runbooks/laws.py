"""Advice about laws: what rows owe to each other does not hold."""

from tokenshare.runbooks.advice import NEVER, REAL, Advice

SQL = (
    "The SQL of the relation counts something twice or leaves it out, or a seed that it joins has a key twice. See "
    "what changed in `dbt/models` and `dbt/seeds` since the last good version, put it right with a unit test beside "
    "the model, and refresh."
)


def defect(clue: str) -> Advice:
    """A law of arithmetic: what breaks it is a defect of ours."""
    return Advice(f"{clue} {SQL}", NEVER)


LAWS: dict[str, Advice] = {
    "shares_sum_to_one": defect(
        "A part is missing or is there twice; a vendor's row doubled by a join is the usual one."
    ),
    "named_shares_sum_to_one": defect("The same among the named; look at what counts as `other`."),
    "share_is_quotient": defect("The share was divided by something else than what is shown beside it."),
    "identified_share_is_sum_of_vendors": defect(
        "A vendor is Chinese in one place and not in another; see dim_vendors."
    ),
    "denominator_is_router_total": defect("The denominator leaves out a day, a variant or `other`."),
    "known_and_unknown_make_total": defect("A model is both known and unknown, or neither."),
    "parts_make_router_total": defect("A row fell out of a join, or was met twice; seeds that gained a key do that."),
    "bounds_contain_origin": defect("Unknown tokens went to one side before the bounds were drawn."),
    "steps_add_up": defect("A step of the waterfall counts tokens that another counts too."),
    "ranks_are_dense": defect("Two models share a place, or one was dropped after ranking."),
    "share_is_of_router_total": defect("The share leaves `other` out of its denominator."),
    "programming_is_part_of_all": defect("The slice names another week's total than the router's."),
    "parts_make_programming_total": defect("A vendor of the slice fell out of a join."),
    "bounds_leave_room": defect("A vendor's low bound was drawn from prices that its high bound does not know."),
    "spend_is_ordered": defect("Low and high prices were swapped, or one of them is missing for a week."),
    "prices_are_plausible": Advice(
        "See the model's own page in the catalogue. A price in the wrong unit corrects itself within days, and the "
        "next fetch brings the right one; our part is only where the parser reads the unit.",
        REAL,
        look=("tokenshare metrics list_price_daily",),
    ),
    "ratio_is_quotient_of_list_prices": defect("The ratio was drawn from other prices than those shown for the day."),
    "values_are_plausible": Advice(
        "Look at the company's close, currency and share count of the day: a count in thousands, a price in pence or a "
        "line of another company is behind it. Correct the row, or the line in `dbt/seeds/company_lines.csv`.",
        REAL,
        look=("tokenshare metrics fct_quotes_daily", "tokenshare metrics market_cap_daily"),
    ),
    "changes_are_of_market_values": defect("A change was drawn from another session than the one before."),
    "changes_are_quotients": defect("A change was divided by another value than that of the session before."),
    "total_is_sum_of_companies": defect("The total has a company that is not shown, or lacks one that is."),
    "worst_falls_only": defect("A session is called the worst without having lost more than the worst before it."),
    "range_is_ordered": Advice(
        "In the curated row that the check names the least is more than the most: swap the two, and refresh.", NEVER
    ),
    "usd_follows_the_currency": defect("Something that is not money was converted, or money without a rate was."),
    "own_usd_agrees": Advice(
        "Look at the curated row's unit, currency and amount: the source's own USD is far from what they make. Correct "
        "the row, or leave `own_usd` empty where the source converted at a rate of its own.",
        REAL,
        look=("tokenshare metrics disclosed_value",),
    ),
    "places_follow_scores": defect(
        "The board's places do not follow its scores; see the curated rows of that day too."
    ),
    "open_places_follow_scores": defect("Closed entries have an open place, or open ones lack it."),
    "a_major_release_counts_itself": defect("The year behind a release leaves out the release itself."),
    "state_follows_value": defect(
        "A watch says crossed on the wrong side of its threshold; see `dbt/seeds/watches.csv`."
    ),
    "repositories_make_family_total": defect("A repository belongs to two families, or to none."),
    "resets_have_no_flow": defect("A flow was told over a counter that fell."),
    "any_is_no_less_than_its_parts": defect(
        "A relation was counted that `any` does not know; a new one of the Hub, most likely."
    ),
    "derivative_share_is_quotient": defect("The share was divided by something else than what is shown beside it."),
    "download_share_is_quotient": defect(
        "The share was told before a whole year was covered, or is not of the two flows."
    ),
    "trending_ranks_are_dense": defect("The Hub's list came with a place twice; see the reading of that day."),
    "verdict_follows_from_variants": defect("A verdict says more than the numbers it was compared with."),
    "nearest_is_quotient": defect("The nearest number is not that of the two counts beside it."),
    "verdict_names_its_number": defect("A number outside the claim's own rounding was called reproduced."),
}
