"""Advice about faults that shut no gate by themselves: sources, passes, records, and alerts that reach nobody."""

from tokenshare.runbooks.advice import Advice

NO_GATE = "There is nothing to release: no gate is shut by it."

FAULTS: dict[str, Advice] = {
    "source_absent": Advice(
        "The message says what happened: status, timeout, missing or expired key. Renew a key and set it again; for "
        "the rest wait, the next pass asks again. Nothing is made of it meanwhile, and no zero.",
        NO_GATE,
        "A source gave no complete answer. What needs it stays at its version until the freshness limit passes, and is "
        "held then.",
        ("tokenshare doctor",),
    ),
    "source_refused": Advice(
        "The upstream changed its answer: the message names the field, the version or the line. For a file of yours "
        "correct that line. For a feed the parser in `connectors/sources` has to learn the new form; the raw answer is "
        "in the archive.",
        NO_GATE,
        "A source answered, and the answer cannot be trusted as a whole.",
        ("tokenshare doctor",),
    ),
    "broker_unavailable": Advice(
        "Start your Kafka or correct its address and credentials; the local one is started by the next pass, or by "
        "hand with `tokenshare broker start`. Nothing is lost: the next pass goes on where this one ended.",
        NO_GATE,
        "Kafka did not answer, refused us, or lacks a topic: the pass did nothing.",
        ("tokenshare doctor", "tokenshare broker status"),
    ),
    "records_lost": Advice(
        "Find out who shortened, recreated or emptied the topic, and stop them. Where the topic can be restored, "
        "restore it and refresh. Otherwise go on without them by `tokenshare refresh --accept-gap`: what "
        "depends on them is held until its sources have stated everything again.",
        NO_GATE,
        "Records that had not landed are gone from a topic. Nothing more lands until that is settled, so that no gap "
        "is taken for a whole.",
    ),
    "pass_failed": Advice(
        "A defect of ours: the log of the pass shows where. Readers keep what they have. Report it with the log; a "
        "pass that gets through ends the alert.",
        NO_GATE,
        "A pass ended with an error that nobody foresaw.",
    ),
    "pass_skipped": Advice(
        "Another pass held the home for too long. One that hangs is ended by `tokenshare refresh --take-over`; passes "
        "that are merely slow want a wider schedule.",
        NO_GATE,
        "A pass was turned away because another held the home.",
    ),
    "dead_letters": Advice(
        "Records break their topic's contract: somebody else writes there, or a parser of ours is wrong. They lie "
        "untouched in the topic's dead letter, each with its reason in the headers. Mend the writer or upgrade, then "
        "land them by `tokenshare dlq redrive`, or say on record that they never counted by `tokenshare dlq drop`.",
        NO_GATE,
        "Records left to the dead letter.",
        ("tokenshare dlq list",),
    ),
    "restatements": Advice(
        "Nothing is wrong by itself: upstreams correct their last days, and a day less than three days over is "
        "published as provisional. The list has each cell, old beside new, with its cause and offsets; whoever has "
        "quoted one of them finds the old value by `tokenshare metrics ID --as-of T`. Look closer where an old day "
        "moved, or where the cause is `attribution` or `methodology` and nobody meant to change seeds or SQL.",
        NO_GATE,
        "A pass published a version in which cells that readers had seen read otherwise. It is told once a pass, as "
        "`inform`: it opens nothing, and nothing follows.",
        ("tokenshare restatements router_tokens_weekly",),
    ),
    "alert_undelivered": Advice(
        "The list says per channel what happened. Correct the address in the settings, or wait for the service; what "
        "was not taken is tried again by every pass and by `tokenshare alerts deliver`. `tokenshare alerts test` sends "
        "one message to each channel.",
        NO_GATE,
        "A channel has not taken a message: a pass answers 13, and the heartbeat stays away.",
        ("tokenshare alerts list",),
    ),
}
