"""Advice about the rules of every metric: its build, its suite, its columns, and those it goes together with."""

from tokenshare.runbooks.advice import NEVER, NOT_POSSIBLE, Advice

COLUMNS = (
    "Somebody changed the SQL and not the row contract in `tokenshare/rows`, or the upstream sent what the contract "
    "does not know. Run `make generate` after a change of the contract, mend the model otherwise, and refresh."
)

RULES: dict[str, Advice] = {
    "dbt_build": Advice(
        "A model or a relation test failed, was skipped or is missing. The log of the pass names it; `make test` shows "
        "it again. Mend it and refresh.",
        NOT_POSSIBLE,
    ),
    "build": Advice(
        "dbt built no relation for the metric: its model failed, or one that it draws on did. The log of the pass "
        "names it. Mend it and refresh.",
        NOT_POSSIBLE,
        "The metric's relation is not there.",
    ),
    "suite_pinned": Advice(
        "The suite is another than the committed one: the row contract was changed, or an expectation got lost. Run "
        "`make generate`, read the difference in `expectations/suites.json`, and commit it if you meant it.",
        NOT_POSSIBLE,
    ),
    "accepted_gaps": Advice(
        "Records were lost, and somebody went on without them; the observed value names the sources and the offsets. "
        "The next passes ask these sources for everything again by themselves: refresh, and see whether they answer in "
        "full.",
        "Only if you know that what is lost changes none of these numbers. Name who looked, and how.",
    ),
    "missing_files": Advice(
        "The observed value names the file and when it was last read. Put it back: a copy of the last good one lies in "
        "the archive, and of a curated one in `connectors/sources/curated` too. Where it is gone for good, name its "
        "sources in `TOKENSHARE_SOURCES_OFF`: what only they feed is inactive then, and no part of the set-up.",
        "Yes, if its last reading is still true; once it was read again its next loss holds again.",
    ),
    "dead_letter_share": Advice(
        "So much of what came last breaks the contract of its topic that what landed may be the lesser part. See who "
        "writes there and why it is refused; mend the writer or upgrade, then `tokenshare dlq redrive`, or say on "
        "record that they never counted by `tokenshare dlq drop`. The next pass judges what is left.",
        "Yes, if you know that the dead letters say nothing about these numbers. More of them hold again.",
        look=("tokenshare dlq list",),
    ),
    "coherence_group": Advice(
        "Nothing is wrong with this metric itself: another member of its group is held, and they go together. The "
        "observed value names the member; see the runbook of its check.",
        "By releasing the other member: its whole group goes with it.",
    ),
    "followed_groups": Advice(
        "Nothing is wrong with this metric itself: some of its rows are drawn from numbers that are held, and would "
        "move. The observed value names the groups; see the runbook of their check.",
        "By releasing what it follows; the next pass then lets this one go.",
        "While a group whose numbers it draws on is shut, no row drawn from it may move.",
    ),
    "expect_table_row_count_to_be_between": Advice(
        "The relation is empty. A filter lost everything, or nothing that feeds it has landed: see `tokenshare "
        "status`.",
        NEVER,
        "The relation has at least one row.",
    ),
    "expect_table_columns_to_match_set": Advice(
        COLUMNS, NEVER, "The relation has exactly the columns of its contract."
    ),
    "expect_column_values_to_not_be_null": Advice(
        COLUMNS, NEVER, "A column that always has a value has one in every row; infinity and NaN are none."
    ),
    "expect_column_values_to_be_between": Advice(
        f"A value lies outside what its field allows. {COLUMNS}", NEVER, "Every value lies within its field's bounds."
    ),
    "expect_column_values_to_match_regex": Advice(
        f"A value is not written as its field is. {COLUMNS}", NEVER, "Every value is written as its field demands."
    ),
    "expect_column_values_to_be_in_set": Advice(
        f"A word that the contract does not list. {COLUMNS}", NEVER, "Every value is one of those the field lists."
    ),
    "expect_column_values_to_be_unique": Advice(
        "A key is there twice: a join met two rows of a seed, most often. Find the seed's double row and refresh.",
        NEVER,
        "No two rows have the same key.",
    ),
    "expect_compound_columns_to_be_unique": Advice(
        "A key is there twice: a join met two rows of a seed, most often. Find the seed's double row and refresh.",
        NEVER,
        "No two rows have the same key.",
    ),
}
