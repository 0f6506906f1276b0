"""Runbooks of the rules for every relation: its build, its columns, its laws, and its groups."""

from tokenshare.runbooks.page import COMMAND, NEVER, RELEASE, RunbookPage

BUILD = RunbookPage(
    id="build",
    title="The build and the suite",
    meaning="dbt did not build everything, or the gate did not use the committed suite.",
    look=("tokenshare gates router_tokens_weekly", "tokenshare logs"),
    mend=(
        "The observed value of `dbt_build` begins with dbt's first error and names every failed model and relation "
        "test; `tokenshare logs` shows it with the rest of the pass. To see more, run dbt by hand on a copy of the "
        "build database, with the name of one of them for `NAME`:\n\n"
        '    cp "$TOKENSHARE_HOME/build/warehouse.duckdb" /tmp/warehouse.duckdb\n'
        "    TOKENSHARE_WAREHOUSE=/tmp/warehouse.duckdb .venv/bin/dbt build --project-dir dbt --profiles-dir dbt "
        "--target build --select +NAME --exclude-resource-type unit_test\n\n"
        "These are the folders of a checkout. Elsewhere `tokenshare doctor` names the folder with `dbt/`, and the "
        "program is beside the Python of the installation. Correct the model or the seed, and refresh."
    ),
    release="No: such a finding states nothing about the data. The next complete build opens the gate.",
    checks={
        "dbt_build": (
            "A model or a relation test failed, was skipped or is missing. dbt skips everything after a failed model: "
            "start with the error that the observed value begins with."
        ),
        "build": (
            "dbt built no relation for the metric. The model of the metric failed, or a model before it. `dbt_build` "
            "names it."
        ),
        "suite_pinned": (
            "Somebody changed the row contract, or an expectation was lost. Run `make generate`, read the difference "
            "in `expectations/suites.json`, and commit it if you meant it."
        ),
    },
)
_UNIQUE = "No two rows may have the same key. Most often a join met two rows of a seed: remove the seed's double row."
COLUMNS = RunbookPage(
    id="columns",
    title="Columns, keys and bounds",
    meaning="The rows do not fulfil their contract in `tokenshare/rows`. The name of the check ends with the column.",
    look=("tokenshare gates router_tokens_weekly",),
    mend=(
        "Either somebody changed the SQL without the contract, or the upstream sent values outside the contract. "
        "Correct the model, or change the contract and run `make generate`. Then refresh."
    ),
    release=NEVER,
    checks={
        "expect_table_row_count_to_be_between": (
            "The relation must have at least one row. A filter removed every row, or none of its sources has landed: "
            "see `tokenshare status`."
        ),
        "expect_table_columns_to_match_set": ("The relation must have exactly the columns of its contract."),
        "expect_column_values_to_not_be_null": (
            "A required column must have a value in every row. Infinity and NaN are not values: look for a "
            "division by zero too."
        ),
        "expect_column_values_to_be_between": ("Every value must lie within the bounds of its field."),
        "expect_column_values_to_match_regex": ("Every value must have the form demanded by its field."),
        "expect_column_values_to_be_in_set": ("Every value must be one of those listed by its field."),
        "expect_column_values_to_be_unique": _UNIQUE,
        "expect_compound_columns_to_be_unique": _UNIQUE,
    },
)
LAWS = RunbookPage(
    id="laws",
    title="Laws: agreement between rows",
    meaning=(
        "Numbers of one relation, or of two, do not add up. Arithmetic cannot be broken by the world: the cause is a "
        "defect of ours."
    ),
    look=("tokenshare gates china_share_identified_weekly",),
    mend=(
        "The SQL of the relation counts something twice or leaves it out, or a joined seed has a key twice. Read the "
        "changes in `dbt/models` and `dbt/seeds` since the last good version. Correct the defect with a unit test "
        "beside the model, and refresh."
    ),
    release=NEVER,
    checks={
        "shares_sum_to_one": "A part is missing or is there twice. Most often a join doubled the row of a vendor.",
        "named_shares_sum_to_one": "A named part is missing or is there twice. Look at the rows counted as `other`.",
        "share_is_quotient": "The share was divided by another number than the one beside it.",
        "identified_share_is_sum_of_vendors": (
            "A vendor is Chinese in one place and not in another. Look at `dim_vendors`."
        ),
        "denominator_is_router_total": "The denominator leaves out a day, a variant or `other`.",
        "known_and_unknown_make_total": "A model is both known and unknown, or neither.",
        "known_and_unknown_make_whole": "The unknown share is of another total than the router's.",
        "parts_make_router_total": "A join dropped or doubled a row, as after a seed gained a key.",
        "bounds_contain_origin": "Unknown tokens went to one side before the bounds were computed.",
        "steps_add_up": "Two steps of the waterfall count the same tokens.",
        "ranks_are_dense": "Two models share a place, or a model was dropped after the ranking.",
        "share_is_of_router_total": "The denominator of the share leaves out `other`.",
        "programming_is_part_of_all": "The slice names the total of another week than the router's.",
        "parts_make_programming_total": "A join dropped a vendor of the slice.",
        "bounds_leave_room": "The low bound of a vendor comes from prices unknown to its high bound.",
        "spend_is_ordered": "Low and high prices were swapped, or one of them is missing for a week.",
        "hours_make_the_day": "A request counts in a day and in no hour of it, or the other way round.",
        "hourly_shares_sum_to_one": "A join dropped or doubled a vendor in an hour.",
        "gap_is_difference": "The gap comes from other shares than those shown beside it.",
        "tokens_are_prompt_and_completion": "Cached or reasoning tokens were added to the whole that contains them.",
        "ratio_is_quotient_of_list_prices": "The ratio comes from other prices than those shown for the day.",
        "changes_are_of_market_values": "A change was computed from another session than the one before.",
        "changes_are_quotients": "A change was divided by another value than that of the session before.",
        "total_is_sum_of_companies": "The total has a company not shown, or lacks a shown one.",
        "worst_falls_only": "A session counts as the worst and lost no more than the worst before it.",
        "usd_follows_the_currency": "The SQL converted something other than money, or money without a rate.",
        "places_follow_scores": (
            "The places of the board do not follow its scores. Look at the curated rows of that day too."
        ),
        "open_places_follow_scores": "A closed entry has an open place, or an open entry has none.",
        "a_major_release_counts_itself": "The year before a release leaves out the release itself.",
        "state_follows_value": ("A watch is crossed on the wrong side of its threshold. Look at the map `watches`."),
        "repositories_make_family_total": "A repository belongs to two families, or to none.",
        "resets_have_no_flow": "A row shows a flow over a counter that fell.",
        "any_is_no_less_than_its_parts": ("`any` leaves out a counted relation. Most likely the Hub has a new one."),
        "derivative_share_is_quotient": "The share was divided by another number than the one beside it.",
        "download_share_is_quotient": (
            "A share is there before a whole year is covered, or it is not the quotient of the two flows."
        ),
        "trending_ranks_are_dense": "The list of the Hub came with a place twice. Look at the reading of that day.",
        "verdict_follows_from_variants": "A verdict states more than the numbers compared with the claim.",
        "nearest_is_quotient": "The nearest number is not the quotient of the two counts beside it.",
        "verdict_names_its_number": "A number outside the rounding of the claim counts as reproduced.",
    },
)
GROUPS = RunbookPage(
    id="groups",
    title="Held together with others",
    meaning="Nothing is wrong with this metric itself: it depends on held numbers, or belongs to their group.",
    look=("tokenshare gates router_tokens_weekly",),
    mend="The observed value names the held metrics or groups. Mend the check holding them, by its own runbook.",
    release=f"Release the held metric, not this one. {COMMAND}",
    checks={
        "coherence_group": (
            "Another member of the group is held, and the members go together."
            f"{RELEASE}Release the other member: its whole group goes with it."
        ),
        "followed_groups": (
            "Rows of this metric come from held numbers, and would move."
            f"{RELEASE}Release the metric it follows; the next pass then opens its gate."
        ),
    },
)
RULES = (BUILD, COLUMNS, LAWS, GROUPS)
