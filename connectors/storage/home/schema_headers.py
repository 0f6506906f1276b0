"""The headers by which records name their schemas in a registry, kept in the home: no pass asks the registry."""

import json
from collections.abc import Mapping
from pathlib import Path

from connectors.storage.home import atomic_files
from tokenshare.errors import UsageError

HEADER = "__value_schema_id"  # of Confluent's clients, which look there before they look into the value


def keep(path: Path, registry: str, headers: Mapping[str, bytes]) -> None:
    """Keep the header of each topic (named without prefix), as that registry gave its id."""
    document = {"registry": registry, "headers": {name: value.hex() for name, value in headers.items()}}
    atomic_files.write(path, json.dumps(document, indent=1).encode())


def read(path: Path, registry: str | None) -> dict[str, bytes]:
    """The header of each topic; none without this registry, or if nothing was registered there.

    Raises UsageError if the file is damaged.
    """
    if registry is None or not path.exists():
        return {}
    try:
        found = json.loads(path.read_bytes())
        kept = {name: bytes.fromhex(value) for name, value in found["headers"].items()}
        return kept if found["registry"] == registry else {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is damaged", "run `tokenshare schemas register`") from error
