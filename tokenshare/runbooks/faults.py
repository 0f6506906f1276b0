"""Runbooks of losses, and of faults without a gate of their own: sources, broker, passes, alerts."""

from tokenshare.runbooks.page import COMMAND, RELEASE, RunbookPage

NO_GATE = "Nothing to release: this fault shuts no gate by itself."

LOSSES = RunbookPage(
    id="losses",
    title="Losses and dead letters",
    meaning=(
        "Records or files behind numbers are gone, or records break the contract of their topic. A "
        "pass deletes nothing, and never treats a gap as complete."
    ),
    look=("tokenshare gates router_tokens_weekly", "tokenshare dlq list"),
    mend="Put back the missing records or files, or correct the writer to the topic, and refresh.",
    release=f"Only if you know that the loss changes none of these numbers. Name who looked, and how. {COMMAND}",
    checks={
        "accepted_gaps": (
            "Records were lost, and somebody went on without them. The observed value names the sources and the "
            "offsets. The next passes ask these sources for everything again: refresh, and check that they answer "
            "in full."
        ),
        "missing_files": (
            "The observed value names the file and when a pass last read it. Put it back: the archive keeps a copy "
            "of the last good one, and `connectors/sources/curated` has one of each curated file. If it is gone for "
            "good, name its sources in `TOKENSHARE_SOURCES_OFF`: metrics fed only by them are then inactive."
            f"{RELEASE}Yes, if its last reading is still true. Once a pass has read it again, its next loss holds "
            "again."
        ),
        "dead_letter_share": (
            "Too many of the newest records break the contract of their topic: most of the data may be missing. Mend "
            "the writer or upgrade, then run `tokenshare dlq redrive`; or put on record with `tokenshare dlq drop` "
            "that they never counted. The next pass judges the rest."
            f"{RELEASE}Yes, if you know that the dead letters contain nothing about these numbers. More of them hold "
            "again."
        ),
        "records_lost": (
            "Records are gone from a topic before they landed. Nothing more lands until you settle that. Find out "
            "who shortened, recreated or emptied the topic, and stop them. If you can restore the topic, restore it "
            "and refresh. Otherwise go on without the records with `tokenshare refresh --accept-gap`: "
            "[accepted_gaps](#accepted_gaps) then holds the metrics depending on them."
            f"{RELEASE}{NO_GATE}"
        ),
        "dead_letters": (
            "Records broke the contract of their topic, or do not prove that this home wrote them, and went to its "
            "dead letter. Somebody else writes to the topic, or a parser of ours is wrong. The records lie untouched "
            "in the topic's dead letter, each with its reason in the headers. Mend the writer or upgrade, then run "
            "`tokenshare dlq redrive`; or put on record with `tokenshare dlq drop` that they never counted."
            f"{RELEASE}{NO_GATE}"
        ),
    },
)
OPERATION = RunbookPage(
    id="operation",
    title="Sources, broker, passes and alerts",
    meaning="Something around the numbers failed. Readers keep what they have, and the next pass tries again.",
    look=(
        "tokenshare logs",
        "tokenshare doctor",
        "tokenshare broker status",
        "tokenshare alerts list",
        "tokenshare restatements router_tokens_weekly",
    ),
    mend="The alert gives the reason. Mend the cause; the next successful pass ends the alert.",
    release=NO_GATE,
    checks={
        "source_absent": (
            "A source gave no complete answer. Its metrics stay at their version until the freshness limit passes, "
            "and are then held. The reason names the status, the timeout, or the missing or expired key. "
            "Renew a key and set it again; otherwise wait for the next pass. Until then no number comes from the "
            "source, and no zero."
        ),
        "source_refused": (
            "A source answered, and the answer as a whole is not to be trusted: the upstream changed it. The reason "
            "names the field, the version or the line. Correct that line in a file of yours. For a feed, change the "
            "parser in `connectors/sources`; the archive keeps the raw answer."
        ),
        "broker_unavailable": (
            "Kafka did not answer, refused us, or lacks a topic. The pass did nothing. Start your Kafka, or correct "
            "its address and credentials. The next pass starts the local one, and so does `tokenshare broker start`. "
            "Nothing is lost: the next pass goes on from where this one ended. It is the same with the object store of "
            "landed files or archive: start it, or correct `AWS_ENDPOINT_URL` and the login."
        ),
        "pass_failed": (
            "A pass ended with an unexpected error. It is a defect of ours. Report it with the traceback, which "
            "`tokenshare logs` prints last."
        ),
        "pass_skipped": (
            "A pass did not start because another one owned the home for too long. If that one hangs, end it with "
            "`tokenshare refresh --take-over`. If passes are only slow, schedule them further apart."
        ),
        "alert_undelivered": (
            "A channel has not taken a message: a pass ends with exit code 13 and sends no heartbeat. The list shows "
            "the result of each channel. Correct the address in the settings, or wait for the service. Every "
            "pass, and `tokenshare alerts deliver`, tries again. `tokenshare alerts test` sends one message to each "
            "channel."
        ),
        "mirror_behind": (
            "A copy of what is published, in PostgreSQL or in a folder, could not be brought up to date. Its readers "
            "see the numbers of an earlier pass, whole; the published file itself is new. The reason gives the answer "
            "of the server and the fix. `tokenshare doctor` asks it without writing, and `tokenshare mirror` copies "
            "now; otherwise every pass tries again."
        ),
        "restatements": (
            "A pass published a version with other values in cells already published. It sends one message, an "
            "`inform`: nothing is open, and nothing follows. Usually nothing is wrong: upstreams correct their "
            "last days, and a day is provisional for three days. The list shows each cell, the old value "
            "beside the new one, with its cause and offsets. Whoever has quoted an old value finds it with "
            "`tokenshare metrics ID --as-of T`. Look closer if an old day moved, or if the cause is `attribution` or "
            "`methodology` and nobody meant to change seeds or SQL."
        ),
    },
)
FAULTS = (LOSSES, OPERATION)
