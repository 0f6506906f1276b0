"""The maps of a home: the shipped seeds with its user's rows over them, laid where dbt loads them from."""

from pathlib import Path

from connectors.storage.home import Home, atomic_files
from flows.settings import name_of
from flows.setup.shipped import PROJECT
from tokenshare.errors import ContractViolation, UsageError
from tokenshare.folder_files import has_file, read_file
from tokenshare.maps import MAPS, overlay

SHIPPED = PROJECT / "seeds"


def read_maps(curated: Path | None) -> dict[str, bytes]:
    """The files of all maps, by name. Raises UsageError, naming the line, for a row of the user that is not usable."""
    shipped = map_files(SHIPPED)
    if curated is None:
        return shipped
    try:
        return overlay(shipped, map_files(curated), str(curated))
    except ContractViolation as problem:
        fix = f"correct or remove that row; the folder is the setting {name_of('curated')}"
        raise UsageError(str(problem), fix) from None


def lay_maps(curated: Path | None, home: Home) -> None:
    """Write the home's maps for dbt; looks and promises read them there, whatever is set in their surroundings."""
    for name, body in read_maps(curated).items():
        path = _laid(home) / f"{name}.csv"
        atomic_files.write_if_changed(path, body)


def seeds_of(home: Home) -> Path:
    """The folder of the maps that the home's last pass was built with; the shipped ones if it has none yet."""
    return _laid(home) if all((_laid(home) / map.file).exists() for map in MAPS) else SHIPPED


def map_files(folder: Path) -> dict[str, bytes]:
    """The files of maps in a folder, by name of the map. Raises UsageError for one that cannot be read."""
    try:
        return {map.name: read_file(folder, map.file) for map in MAPS if has_file(folder, map.file)}
    except OSError as error:
        raise UsageError(f"{error.filename} of {folder} cannot be read ({error.strerror})", "correct it") from error


def _laid(home: Home) -> Path:
    return home.build / "dbt" / "seeds"
