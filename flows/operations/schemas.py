"""The schemas of the topics in a schema registry, for tools that read the topics."""

from typing import Any

from connectors.schema_registry.subjects import SchemaRegistry
from connectors.storage.home import Home, describe, schema_headers
from flows.settings import Settings
from flows.setup import Progress
from tokenshare.errors import UsageError
from tokenshare.render.schemas import schema_text
from tokenshare.topics import TOPICS


def register_schemas(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Register the JSON Schema of each topic under `<topic>-value`; what is registered already stays.

    If there is a home, its records name their schemas from now on, as long as the settings name this registry. Raises
    UsageError without a registry in the settings, or if it refuses a schema; BrokerUnavailable if it is silent.
    """
    if settings.schema_registry_url is None:
        raise UsageError("no schema registry is named", "set TOKENSHARE_SCHEMA_REGISTRY_URL=http://127.0.0.1:8081")
    login = settings.schema_registry_login.get_secret_value() if settings.schema_registry_login else ""
    registry, found = SchemaRegistry(settings.schema_registry_url.rstrip("/"), login), []
    headers: dict[str, bytes] = {}
    for topic in TOPICS:
        subject = f"{settings.kafka_topic_prefix}{topic.name}-value"
        progress(subject)
        schema = registry.register(subject, schema_text(topic))
        headers[topic.name] = schema.header
        found.append({"subject": subject, "id": schema.id, "state": "registered" if schema.is_new else "unchanged"})
    if describe(home := Home(settings.home)):
        schema_headers.keep(home.schemas, settings.schema_registry_url, headers)
    return {"registry": settings.schema_registry_url, "subjects": found}
