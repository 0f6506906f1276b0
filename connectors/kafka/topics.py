"""Topics on the broker: created, required, identified, and deleted by tests."""

from collections.abc import Iterable, Sequence
from time import sleep
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import (
    NoError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)

from connectors.kafka.cluster import Cluster, opened
from tokenshare.errors import BrokerUnavailable, UsageError

CREATE = "create them (`tokenshare refresh` does, given the rights) or correct the topic prefix"
# A dead letter is its record plus headers, and must fit even if the record only just did.
DEAD_LETTER_BYTES = 2 * 1024 * 1024


def dead_letter_of(name: str) -> str:
    """The dead-letter topic of topic `name`."""
    return f"{name}.dlq"


def is_dead_letter(name: str) -> bool:
    """True for the name of a dead-letter topic."""
    return name.endswith(".dlq")


def create(cluster: Cluster, names: Sequence[str]) -> None:
    """Create each topic and its dead-letter topic if absent. Existing topics keep their settings.

    Lists before it creates, so that a principal without the right to create can use existing topics.
    """
    with opened(KafkaAdminClient, cluster) as admin:
        pairs = [topic for name in names for topic in (name, dead_letter_of(name))]
        absent = _absent(admin, cluster, pairs)
        if absent:
            wanted = {cluster.physical(name): _settings(cluster, name) for name in absent}
            answer = admin.create_topics(wanted, raise_errors=False)
            _refuse(cluster, answer["topics"], accepted=(TopicAlreadyExistsError,))
            admin.wait_for_topics(list(wanted))


def require(cluster: Cluster, names: Iterable[str]) -> None:
    """Raise BrokerUnavailable naming the missing topics, if any."""
    with opened(KafkaAdminClient, cluster) as admin:
        described(admin, cluster, names)


def identities(cluster: Cluster, names: Sequence[str]) -> dict[str, str]:
    """The id of each topic. A topic deleted and recreated has another.

    Raises BrokerUnavailable for a missing topic, or one whose settings are hidden from this user; UsageError for a
    compacted one: compaction removes observations.
    """
    with opened(KafkaAdminClient, cluster) as admin:
        topics = described(admin, cluster, names)
        compacted = sorted(name for name, policy in _policies(admin, cluster, names) if "compact" in policy)
        if compacted:
            raise UsageError(
                f"topic {', '.join(compacted)} is compacted, which removes records unread",
                "set its cleanup.policy to delete",
            )
        return {name: str(topic["topic_id"]) for name, topic in topics.items()}


def delete_prefixed(cluster: Cluster) -> None:
    """Delete every topic of the prefix. Raises UsageError without a prefix: it would delete all topics."""
    if not cluster.topic_prefix:
        raise UsageError("without a topic prefix this would delete every topic", "set a topic prefix")
    with opened(KafkaAdminClient, cluster) as admin:
        ours = [name for name in admin.list_topics() if name.startswith(cluster.topic_prefix)]
        if ours:
            answer = admin.delete_topics(ours, raise_errors=False)
            _refuse(cluster, answer["topics"], accepted=(UnknownTopicOrPartitionError,))
            _await_gone(admin, ours)


def described(admin: Any, cluster: Cluster, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The metadata of each topic. Raises BrokerUnavailable naming the missing topics."""
    topics = _metadata(admin, cluster, names)
    missing = sorted(name for name, topic in topics.items() if _error(topic) is UnknownTopicOrPartitionError)
    if missing:
        raise BrokerUnavailable(f"Kafka at {cluster.bootstrap_servers} lacks topic {', '.join(missing)}", CREATE)
    _refuse(cluster, topics.values(), accepted=())
    return topics


def _absent(admin: Any, cluster: Cluster, names: Iterable[str]) -> list[str]:
    topics = _metadata(admin, cluster, names)
    return [name for name, topic in topics.items() if _error(topic) is UnknownTopicOrPartitionError]


def _metadata(admin: Any, cluster: Cluster, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    answers = admin.describe_topics([cluster.physical(name) for name in names])
    return {cluster.logical(topic["name"]): topic for topic in answers}


def _await_gone(admin: Any, topics: Sequence[str]) -> None:
    """Wait until the topics are gone. Kafka confirms a deletion early, and a new topic must not meet the old one."""
    for _ in range(200):
        if not set(topics) & set(admin.list_topics()):
            return
        sleep(0.05)


def _settings(cluster: Cluster, name: str) -> dict[str, Any]:
    configs = {"cleanup.policy": "delete", "retention.ms": str(cluster.retention_ms)}
    if name.endswith(".dlq"):
        configs["max.message.bytes"] = str(DEAD_LETTER_BYTES)
    return {
        "num_partitions": cluster.partitions,
        "replication_factor": cluster.replication,
        "configs": configs,
    }


def _policies(admin: Any, cluster: Cluster, names: Iterable[str]) -> list[tuple[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, cluster.physical(name)) for name in names]
    answer = admin.describe_configs(resources, config_filter="all").get("topic", {})
    hidden = sorted(cluster.logical(name) for name, configs in answer.items() if "cleanup.policy" not in configs)
    if hidden:
        raise BrokerUnavailable(
            f"Kafka does not show this user the settings of topic {hidden[0]}",
            "give it the right DescribeConfigs, as docs/reference/kafka-acls.sh does",
        )
    return [(cluster.logical(name), configs["cleanup.policy"]["value"]) for name, configs in answer.items()]


def _error(topic: dict[str, Any]) -> Any:
    return for_code(topic["error_code"])


def _refuse(cluster: Cluster, topics: Iterable[dict[str, Any]], accepted: tuple[Any, ...]) -> None:
    refused = [topic for topic in topics if _error(topic) not in (NoError, *accepted)]
    if refused:
        reason = refused[0].get("error_message") or _error(refused[0]).__name__
        raise BrokerUnavailable(
            f"Kafka refuses topic {cluster.logical(refused[0]['name'])} ({reason})",
            "correct the partitions, the replication or the rights",
        )
