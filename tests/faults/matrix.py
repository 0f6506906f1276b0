"""The matrix: every fault by its id, and the protections of the state required afterwards.

`ROWS` is the list; a row's tests are named by its id (`test_k01_...`). A row with a `why` cannot be injected here.

"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A fault and its oracle; `why` is the reason it is not injected here, with the coverage instead."""

    fault: str
    oracle: str
    why: str = ""


CRASHES = {
    "K01": Row("killed with the lock taken and nothing done", "the next pass starts at once and ends as its twin"),
    "K02": Row("killed while raw payloads are fetched and kept", "each payload is whole or absent; ends as its twin"),
    "K03": Row("killed when half of a page is produced", "no number moves until the page is whole; it counts once"),
    "K04": Row("killed when Kafka has acknowledged and we have not noted it", "twice in the topic, once in landing"),
    "K05": Row("killed when ranges are planned and nothing has landed", "the same ranges land, not newer ones"),
    "K06": Row("killed while ranges are read", "nothing is committed; the same ranges land again"),
    "K07": Row("killed when dead letters are out and their range is not", "letters may repeat; origins count once"),
    "K08": Row("killed in the transaction of the ledger; its log cut at any byte", "all of it or nothing"),
    "K09": Row("killed between the ledger and the group's offsets", "the ledger is right, and the group is set by it"),
    "K10": Row("killed while dbt builds", "readers see what they saw; no half relation stays"),
    "K11": Row("killed while gates judge", "nothing without its gate is shown"),
    "K12": Row("killed while decisions are recorded", "all decisions or none"),
    "K13": Row("killed while what readers see is swapped", "each metric as before or as after; no draft is left"),
    "K14": Row("killed when it is decided and not yet shown", "the next pass shows the decision before anything else"),
    "K15": Row("killed before or amid alerts", "each alert is sent, under one key"),
    "K16": Row("killed while an orchestrator watches", "the run does not count as running for ever; numbers stand"),
    "K17": Row("the holder of the lock is stopped, replaced, and goes on", "refused by its number; readers see none"),
    "K18": Row("power lost: what was not synced is gone", "file and folder are synced around every rename"),
}
KAFKA = {
    "B01": Row("the broker is down at the start, while producing, while reading", "exit 14, soon; old numbers stay"),
    "B02": Row("the broker is killed and started again", "what was acknowledged is there, in order, once"),
    "B03": Row("records are deleted before they landed", "stop; on by a person's word, who is on record; held"),
    "B04": Row("a topic is deleted and made again", "stop; nothing lands under old coordinates"),
    "B05": Row("the group's offsets are lost", "the ledger alone says where to go on"),
    "B06": Row("two passes land the same range", "compare and set: the later one is refused"),
    "B07": Row("partitions are added", "the new one is read from its beginning; nothing counts twice"),
    "B08": Row("records are delivered twice", "the same numbers as once"),
    "B09": Row("aborted transactions and control records lie in the log", "they are passed and leave no hole"),
    "B10": Row("a topic is compacted", "refused before anything is read"),
    "B11": Row("the log ends before what has landed", "stop, and name the offsets"),
    "B12": Row("a topic is misspelt or missing", "an error at once; no topic is made"),
    "B13": Row("a record is too large", "refused where it is produced; the largest possible one still passes"),
}
TIME = {
    "T01": Row("records arrive in any order", "the same numbers in a hundred orders"),
    "T02": Row("a published day is restated late", "a restatement on record; the day as known then stays citable"),
    "T04": Row("event times in the future, in the wrong unit, at the epoch", "dead letters; freshness is not fooled"),
    "T05": Row("the clock jumps back during a pass", "versions go by sequence"),
    "T06": Row("daylight saving, the edge of a UTC day, a leap day, mixed offsets", "one row a UTC day"),
    "T07": Row("an upstream states an older moment than it did", "no restatement backwards; told where it lasts"),
}
DATA = {
    "D01": Row("payloads are no JSON, cut short, of another encoding", "dead letters or a refusal; the rest goes on"),
    "D02": Row("fields are of the wrong type", "one strict reading: whole numbers, or their digits where allowed"),
    "D03": Row("numbers are not finite, negative, or enormous", "dead letters; every shown number is finite"),
    "D04": Row("there is nothing to divide by", "held with the reason; never a zero or a not-a-number"),
    "D05": Row("names look alike, hide characters or are no text", "matched by their text; unknown stays unknown"),
    "D06": Row("one key twice, with different values", "refused or held as conflicting"),
    "D07": Row("fields appear, vanish, change their name or type", "kept and reported, or the source is refused"),
    "D08": Row("a counter falls, starts again or is zero everywhere", "no negative flow; held"),
    "D09": Row("a day is two or three times as large", "held"),
    "D10": Row("a currency is missing, minor or foreign; a price is zero; shares split", "held; no default currency"),
    "D11": Row("unknown, renamed, duplicated and free models and vendors", "counted as unknown, to the token"),
    "D12": Row("an attribution is edited", "restated with that cause; old numbers stay citable"),
    "D13": Row("the row of all others is missing or doubled; the list is shorter", "held"),
    "D14": Row("a page is empty, missing, or does not make its total", "not whole, and not used"),
    "D15": Row("ten times the volume", "bounded memory; the same numbers"),
}
UPSTREAM = {
    "U01": Row("429 and 5xx, with and without a time to wait", "waits as asked, within a budget; absent, never zero"),
    "U02": Row("no connection, no answer, an answer in drips or cut off", "a deadline for all; nothing half is parsed"),
    "U03": Row("a web page in the place of data", "refused"),
    "U04": Row("a redirect elsewhere: host, scheme, metadata address", "refused"),
    "U05": Row("a wrong certificate, or a host name that does not resolve", "absent, and told"),
    "U06": Row("an upstream refuses the key", "told apart; one call a pass"),
    "U07": Row("a bomb of zeros, an endless body, a wrong length", "cut off at the cap"),
    "U08": Row("nothing has changed upstream", "no new revision; what is known is known as of now"),
    "U09": Row("an answer raises an unforeseen error", "its source is refused or absent, and told; the others go on"),
    "U10": Row("a row of a stranger breaks a rule", "that row is put aside, counted and listed; the others count"),
}
CONCURRENCY = {
    "C01": Row("two passes at once", "one works, the other says who does and exits 75; one publication"),
    "C02": Row("a reader holds the published file for hours", "passes publish all the same"),
    "C03": Row("somebody has the build database open", "one sentence naming the process; the next pass tells of it"),
    "C04": Row("a reader is in the middle of a query while files are swapped", "it ends on the version it began with"),
    "C05": Row("a relation loses or gains a column", "its contract refuses; the last good version stays"),
}
RESOURCES = {
    "R01": Row("no space left, at every write", "before or after; with space again, as the twin"),
    "R02": Row("a read-only disk, no permission, an I/O error, at every write", "before or after; then as the twin"),
    "R03": Row(
        "the kernel ends the process for its memory",
        "as any kill",
        why="A machine short of memory would end other processes too. It is the same signal as in K06, K10 and K11, "
        "which kill the process in Beam, dbt and the gates.",
    ),
    "R04": Row("no file descriptors left", "the error names the resource; before or after; then as the twin"),
    "R05": Row("the published file is damaged or altered", "known by its digest and rebuilt from the decision"),
    "R06": Row("a jar of the local Kafka is altered", "named and refused before Java reads it"),
    "R07": Row("the working directory has modules named like Python's and ours", "none of them runs"),
}
GATES = {
    "G01": Row("a suite crashes, is missing, edited or empty", "its metrics are held, the others published"),
    "G02": Row("a model or a test of dbt fails, is skipped or left out", "what depends on it is held"),
    "G03": Row("a gate flaps", "one alert a change that lasts, not one a pass"),
    "G04": Row("a bundle of Beam is tried again", "each record once"),
}
ALERTS = {
    "A01": Row("a channel is down, slow, or refuses", "tried again, the others delivered, exit 13 meanwhile"),
    "A02": Row("a thousand faults at once", "grouped; none is missing from the table"),
    "A03": Row("a channel says 200 and means an error", "counts as undelivered"),
    "A04": Row("a fault is over", "resolved once, under the same key"),
    "A05": Row("the orchestrator is down or its store is locked", "the pass goes through"),
}
REQUESTS = {
    "Q01": Row("landing of many requests is killed at random moments", "each offset once; the numbers of a judge"),
    "Q02": Row("the receiver and `stream` are killed under load", "what was acknowledged counts, and counts once"),
    "Q03": Row("Kafka goes away under the receiver", "503 and try again; only what is acknowledged is promised"),
    "Q04": Row("a reported request cannot be counted", "refused alone, a dead letter with the reason; the rest counts"),
    "Q05": Row(
        "a request failed, came from a cache, contains another, or has no vendor or currency", "each counts as it is"
    ),
    "Q06": Row("a call is too large, cut, oddly compressed, or without a token", "refused whole with its code"),
    "Q07": Row("bytes of a batch are damaged after its checksum was right", "as kafka-python reads it, or corrupt"),
    "Q08": Row("values that fast parsers take and the contract refuses", "dead letters in the words of the codec"),
    "Q09": Row("nobody answers where Flink should be", "exit 14, soon; the ranges stay planned"),
    "Q10": Row(
        "a TaskManager of Flink is killed",
        "the same files as in one process",
        why="Flink is fetched by `make flink`, whose test kills one of two TaskManagers while they land, and compares "
        "each byte.",
    ),
}
MIRRORS = {
    "M01": Row("a mirror is down while a pass copies to it", "exit 0, and it is said; the next pass catches up"),
    "M02": Row("killed while a mirror is copied", "its readers see the old rows; the next pass copies the new ones"),
    "M03": Row("readers ask while a mirror turns", "one pass or the other, never a mix, and no wait"),
    "M04": Row("a mirror is another home's, another writer's, or no mirror", "refused, and nothing there moves"),
}
SECURITY = {
    "X20": Row("others write into the topics, or into the landed files", "never a number; a dead letter, or named"),
}
ROWS: dict[str, Row] = {
    **CRASHES, **KAFKA, **TIME, **DATA, **UPSTREAM, **CONCURRENCY, **RESOURCES, **GATES, **ALERTS,
    **REQUESTS, **MIRRORS, **SECURITY,
}  # fmt: skip
