"""The rights of other users of this machine at the local broker: to list, read, write and create topics.

Kafka calls whoever gives no login ANONYMOUS. A right that is not listed here is the home's own alone, such as to delete
topics or records, to alter their settings, and to hold open a transaction, which would hide later records from us.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePattern, ResourceType

from connectors.kafka.cluster import Cluster, opened
from connectors.kafka.topics import dead_letter_of
from tokenshare.errors import BrokerUnavailable

ANYBODY = "User:ANONYMOUS"
ALLOW, DENY = ACLPermissionType.ALLOW, ACLPermissionType.DENY
EVERY_TOPIC = ResourcePattern(ResourceType.TOPIC, "*")
EVERY_GROUP = ResourcePattern(ResourceType.GROUP, "*")
CLUSTER = ResourcePattern(ResourceType.CLUSTER, "kafka-cluster")
# Kafka keeps the offsets of groups in topics; a client with the name of an admin may write there.
KAFKAS_OWN = ResourcePattern(ResourceType.TOPIC, "__", ACLResourcePatternType.PREFIXED)


@dataclass(frozen=True)
class Ours:
    """The topics that only the home makes, and the groups whose offsets only the home sets, by the broker's names."""

    topics: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def grant(cluster: Cluster, ours: Ours) -> None:
    """Give everybody these rights; those given before stay. Raises BrokerUnavailable if Kafka refuses."""
    with opened(KafkaAdminClient, cluster) as admin:
        failed = admin.create_acls(list(_rights(ours)))["failed"]
    if failed:
        reason = f"Kafka at {cluster.bootstrap_servers} refuses the rights of its users ({failed[0]})"
        raise BrokerUnavailable(reason, "look at the broker, then run again")


def _rights(ours: Ours) -> Iterator[ACL]:
    """Kafka lets a refusal prevail over every permission."""
    can = ACLOperation
    yield from _each(ALLOW, EVERY_TOPIC, can.READ, can.WRITE, can.DESCRIBE, can.DESCRIBE_CONFIGS, can.CREATE)
    yield from _each(ALLOW, EVERY_GROUP, can.READ, can.DESCRIBE)
    yield from _each(ALLOW, CLUSTER, can.DESCRIBE, can.IDEMPOTENT_WRITE)
    yield from _each(DENY, KAFKAS_OWN, can.WRITE, can.CREATE)
    for name in (name for topic in ours.topics for name in (topic, dead_letter_of(topic))):
        yield from _each(DENY, ResourcePattern(ResourceType.TOPIC, name), can.CREATE)
    for name in ours.groups:
        yield from _each(DENY, ResourcePattern(ResourceType.GROUP, name), can.READ, can.DELETE)


def _each(permission: ACLPermissionType, resource: ResourcePattern, *operations: ACLOperation) -> Iterator[ACL]:
    return (ACL(ANYBODY, "*", operation, permission, resource) for operation in operations)
