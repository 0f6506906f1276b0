"""Secrets kept in Prefect: a setting without a variable is read from the Secret block of its name."""

from collections.abc import Mapping

from flows.settings import Settings, name_of
from flows.setup.redaction import holds_secret


def block_of(variable: str) -> str:
    """The name of the block for a variable; Prefect allows lower case and dashes."""
    return variable.lower().replace("_", "-")


def read_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The secret settings that the environment lacks and the server has, by variable."""
    from prefect.client.orchestration import get_client

    lacking = {block_of(name): name for name in secret_settings() if not environ.get(name)}
    with get_client(sync_client=True) as client:
        blocks = client.read_block_documents_by_type("secret", include_secrets=True)
    return {lacking[block.name]: str(block.data["value"]) for block in blocks if block.name in lacking}


def secret_settings() -> list[str]:
    """The variables of all settings that are secrets."""
    return [name_of(field) for field, info in Settings.model_fields.items() if holds_secret(info.annotation)]
