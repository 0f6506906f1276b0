"""The matrix of threats: every attack by its id, and what must hold; its tests bear the marker `threat` with the id.

A row's `why` says what is not shown here, with the reason. A heading is the rule that closes a kind of attacks.

"""

from collections.abc import Mapping

from tests.faults.matrix import Row

ORCHESTRATOR = {
    "S1": Row(
        "a web page or another user rewrites a deployment on an open Prefect server, and `serve` runs their code",
        "`serve` refuses a server without a login, and runs its own flow whatever the server stores",
        why="Not shown: who has the dashboard's password may still ask for passes. How a browser guards loopback from "
        "public pages is its own.",
    ),
    "X01": Row(
        "a secret is read out of what Prefect stores: parameters, runs, logs, artifacts, events, deployments",
        "a dump of the whole API has none; parameters are source ids",
    ),
    "X03": Row(
        "a stranger calls the Prefect server",
        "the documented and the composed server ask for a login and a token, on loopback alone",
    ),
    "X15": Row(
        "stored bytes become code: a pickle, YAML with tags, a pull step, an entrypoint",
        "nothing that an orchestrator or an upstream stores is loaded as code",
    ),
}
BULKHEADS = {
    "S4": Row(
        "one repository with so many tags that its event is too large ends the pass",
        "the row or its source is put aside and reported; no answer ends a pass with exit code 2",
    ),
    "S5": Row(
        "a corrupt archive, or a withdrawn key that is too long, ends the pass with a traceback",
        "whatever fetching, parsing or sending raises refuses that source, with type and words",
    ),
    "X14": Row(
        "an answer is a bomb: compressed zeros, endless bytes, drips, nesting, long numbers, a million rows",
        "bytes, seconds and depth have limits; at them the source is refused, and other sources go on",
    ),
    "X22": Row(
        "thousands of names, rows or faults flood a table, a message or the page",
        "each shows some and counts the others",
    ),
}
BLAST = {
    "S3": Row(
        "one stranger's repository with a strange tag refuses the whole Hub, for as long as they like",
        "what the owner of a row can spoil is that row, and it is counted",
    ),
    "X29": Row(
        "a spreadsheet leaves a mark, blanks, another encoding or a wrong cell in a file",
        "the file reads alike; a cell that could be misread puts its row aside",
    ),
    "X30": Row(
        "a listing names a page that was there before, as if there were more",
        "the fetch is refused: the listing does not advance",
    ),
}
WRITER = {
    "S2": Row(
        "another user of the machine writes records and the promise of their fetch into the local broker",
        "a record counts because it proves its writer",
    ),
    "X20": Row(
        "a client without rights uses the cluster",
        "the local broker is on loopback alone, where only its home deletes, alters and sets its group's offsets; "
        "logins and TLS are passed through; access lists come as a script; no topic is made by mistake; a home that "
        "did not sign its topics is refused",
    ),
}
FILES = {
    "S6": Row(
        "a folder of facts or a world has a link to a file of the reader, and the archive keeps the bytes",
        "a link that leaves its folder, a device, a pipe, and more bytes than agreed are refused unread",
    ),
    "X13": Row(
        "a name of an upstream is a path: `../../x`",
        "no file of a home is named by an upstream",
    ),
    "X33": Row(
        "another user reads a home, its raw payloads or its locks, or plants a link where a draft goes",
        "folders are 0700 and files 0600 whatever the umask, the published ones as the setting says",
    ),
}
TEXT = {
    "S7": Row(
        "a name steers the terminal of who looks at it: colours, links, titles, directions; or it breaks the drawing",
        "text of others is drawn as text, its steering characters as escapes, on stdout and stderr, in tables and JSON",
    ),
    "X05": Row("a name is SQL: `'; drop table ...`", "it is a literal; values are parameters"),
    "X06": Row("a name is a template: `{{ 7*7 }}`, `${HOME}`, `$SECRET`", "it stays literal on the whole route"),
    "X07": Row(
        "a name becomes script in a generated site of checks",
        "no such site is made; frames are judged in the process",
    ),
    "X08": Row("a name becomes markup or script on the page", "it is escaped, and the page asks for nothing"),
    "X09": Row(
        "a message mentions everyone or carries a link of somebody else, in a chat or an artifact",
        "markup is gone; domains are broken, mentions too",
    ),
    "X10": Row("a name adds a header to a mail", "line ends are gone: one subject, and no header of others"),
    "X21": Row("a name forges a line of a log", "a fact is one line, and an escape stays an escape"),
}
PROCESSES = {
    "S8": Row(
        "a process or a lock names another: `--take-over` ends a stranger's process, `broker start` connects to "
        "a stranger's, a held lock stops all",
        "before a signal or a connection: same user, same start, and holding the thing itself; waits have an end",
    ),
}
SURROUNDINGS = {
    "S11": Row(
        "a file in the working directory is named like a module, and a scheduled pass runs it",
        "no code comes from the working directory",
    ),
    "X24": Row(
        "a proxy variable of a desktop cannot be used",
        "it is used, or one sentence names the variable; other sources go on",
    ),
    "X25": Row("the user's own `DBT_*` variables change the build", "dbt has no options but ours"),
    "X26": Row(
        "a folder setting with `~`, or of no folder, silently reads other data", "it is expanded, or it is refused"
    ),
    "X27": Row("a Turkish, ASCII or other locale, or a time zone, changes a pass", "the numbers of the plain pass"),
    "X28": Row("another user, or one without name and HOME, runs a command", "the same numbers, or one sentence"),
}
CONTRACTS = {
    "X31": Row(
        "a home with history meets a contract with one more field, or a version that lacks one",
        "older rows read as null; a newer column is refused in one sentence; nothing is lost in a merge",
    ),
    "X34": Row(
        "a reader's client of the published file is years older than ours",
        "the file is written in the oldest storage format that holds it",
    ),
}
LOGS = {
    "S9": Row(
        "a secret leaves by the environment of a child, an address with a login, or in another encoding",
        "children get an environment by list; secrets are removed in every form",
    ),
    "X02": Row("a library logs a secret", "every log record passes the removal"),
    "X04": Row("the profile of dbt holds a secret", "it has one path and no secret"),
    "X12": Row("the address of a webhook, itself a secret, is repeated", "no outcome, message or file repeats it"),
    "X32": Row(
        "a build fails and nobody can find out why", "the words of dbt stand in the check, and each pass keeps a log"
    ),
}
READERS = {
    "S10": Row(
        "a published file of somebody else holds a view that reads a file of the reader",
        "a look refuses views and can read its one file, write none, load nothing",
    ),
    "X16": Row("a reader writes to the published file, or to a file beside it", "0444, and read-only looks"),
    "X17": Row("a model or a look loads an extension or reads over the network", "no extension is loaded or fetched"),
    "X23": Row("numbers travel without their source and licence", "each metric and each citation names them"),
}
OUTSIDE = {
    "X11": Row(
        "an address or a redirect leads inside: loopback, metadata, a name that resolves elsewhere",
        "it is refused before anything is sent, and not repeated",
    ),
    "X18": Row(
        "a dependency or a jar is exchanged",
        "every pin and every jar has a hash, and another is refused; nothing is fetched while a pass runs",
        why="Not shown here: images of the composition, which needs Docker.",
    ),
    "X19": Row("a library phones home", "nothing leaves this machine, of a pass, `serve` or the Prefect server"),
}
CHAPTERS: Mapping[str, Mapping[str, Row]] = {
    "An orchestrator says when, and never what": ORCHESTRATOR,
    "An answer ends at most its own source": BULKHEADS,
    "A field reaches as far as the party that controls it": BLAST,
    "A record proves its writer": WRITER,
    "No link is followed where others name a path, and a home is its user's alone": FILES,
    "Text of others is never a template": TEXT,
    "A signal or a connection goes to who holds the thing itself": PROCESSES,
    "A pass takes nothing from its surroundings that is not on a list": SURROUNDINGS,
    "Contracts evolve and homes stay readable": CONTRACTS,
    "Logs say why and hold no secret": LOGS,
    "A look reads its one file": READERS,
    "Only named places are asked": OUTSIDE,
}
THREATS: dict[str, Row] = {id: row for rows in CHAPTERS.values() for id, row in rows.items()}
