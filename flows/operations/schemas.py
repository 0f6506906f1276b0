"""The schemas of the topics in a schema registry, for tools that read the topics."""

from typing import Any

from connectors.schema_registry.subjects import SchemaRegistry
from flows.settings import Settings
from flows.setup import Progress
from tokenshare.errors import UsageError
from tokenshare.render.schemas import schema_text
from tokenshare.topics import TOPICS


def register_schemas(settings: Settings, progress: Progress) -> dict[str, Any]:
    """Register the JSON Schema of each topic under `<topic>-value`; what is registered already stays.

    Raises UsageError without a registry in the settings, or if it refuses a schema; BrokerUnavailable if it is silent.
    """
    if settings.schema_registry_url is None:
        raise UsageError("no schema registry is named", "set TOKENSHARE_SCHEMA_REGISTRY_URL=http://127.0.0.1:8081")
    login = settings.schema_registry_login.get_secret_value() if settings.schema_registry_login else ""
    registry, found = SchemaRegistry(settings.schema_registry_url.rstrip("/"), login), []
    for topic in TOPICS:
        subject = f"{settings.kafka_topic_prefix}{topic.name}-value"
        progress(subject)
        id, is_new = registry.register(subject, schema_text(topic))
        found.append({"subject": subject, "id": id, "state": "registered" if is_new else "unchanged"})
    return {"registry": settings.schema_registry_url, "subjects": found}
