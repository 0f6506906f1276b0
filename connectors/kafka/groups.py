"""Consumer-group offsets as a display of the ledger: Kafka's tools show lag by them; we never rely on them."""

from collections.abc import Callable, Iterable, Mapping
from time import sleep
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NoError,
    NotCoordinatorError,
)
from kafka.structs import OffsetAndMetadata

from connectors.kafka.cluster import Cluster, opened
from connectors.kafka.ranges import Partition, positions
from tokenshare.errors import BrokerUnavailable
from tokenshare.noop import noop

# The first group of a cluster waits for the broker to create the offsets topic.
WARMING_UP = (CoordinatorNotAvailableError, CoordinatorLoadInProgressError, NotCoordinatorError)
ATTEMPTS = 50
PAUSE_SECONDS = 0.2


def commit(
    cluster: Cluster,
    group: str,
    offsets: Mapping[Partition, int],
    midway: Callable[[], None] = noop,
    signature: str = "",
) -> None:
    """Set the group's next offset of each partition, with `signature` as its metadata.

    Calls `midway` once, after half of them are set. Raises BrokerUnavailable if Kafka refuses.
    """
    wanted = [
        (TopicPartition(cluster.physical(topic), partition), OffsetAndMetadata(offset, signature))
        for (topic, partition), offset in offsets.items()
    ]
    half = len(wanted) // 2
    with opened(KafkaAdminClient, cluster) as admin:
        _commit(admin, cluster, group, dict(wanted[:half]))
        midway()
        _commit(admin, cluster, group, dict(wanted[half:]))


def _commit(admin: Any, cluster: Cluster, group: str, wanted: Mapping[Any, Any]) -> None:
    if not wanted:
        return
    answers = _answered(lambda: _committed(admin, cluster.physical(group), wanted))
    refused = sorted((at, error.__name__) for at, error in answers.items() if error is not NoError)
    if refused:
        raise BrokerUnavailable(
            f"Kafka refuses the offsets of group {group} ({refused[0][1]} on {refused[0][0].topic})",
            "stop other members of the group, or correct the rights",
        )


def committed(cluster: Cluster, group: str, topics: Iterable[str]) -> dict[Partition, int]:
    """The group's next offset of each partition of the topics, without partitions never committed."""
    return {at: entry.offset for at, entry in _listed(cluster, group, topics).items()}


def signatures(cluster: Cluster, group: str, topics: Iterable[str]) -> dict[Partition, str]:
    """The signature beside the offset of each committed partition; empty if its writer left none."""
    return {at: entry.metadata or "" for at, entry in _listed(cluster, group, topics).items()}


def _listed(cluster: Cluster, group: str, topics: Iterable[str]) -> dict[Partition, Any]:
    asked, name = set(topics), cluster.physical(group)
    with opened(KafkaAdminClient, cluster) as admin:
        found = _answered(lambda: admin.list_group_offsets({name: None})[name])
    named = {(cluster.logical(at.topic), at.partition): entry for at, entry in found.items()}
    return {at: entry for at, entry in sorted(named.items()) if at[0] in asked and entry.offset >= 0}


def progress(cluster: Cluster, group: str, topics: Iterable[str]) -> dict[Partition, tuple[int, int]]:
    """The group's next offset of each partition, its beginning if never committed, and the partition's end."""
    asked = sorted(topics)
    known = committed(cluster, group, asked)
    return {at: (known.get(at, beginning), end) for at, (beginning, end) in positions(cluster, asked).items()}


def lag(cluster: Cluster, group: str, topics: Iterable[str]) -> dict[Partition, int]:
    """The records of each partition after the group's offset."""
    return {at: end - reached for at, (reached, end) in progress(cluster, group, topics).items()}


def _committed(admin: Any, group: str, wanted: Mapping[Any, Any]) -> dict[Any, Any]:
    answers: dict[Any, Any] = admin.alter_group_offsets(group, wanted)
    warming = [error for error in answers.values() if error in WARMING_UP]
    if warming:
        raise warming[0]
    return answers


def _answered(ask: Any) -> dict[Any, Any]:
    """The answer of the coordinator, after waiting at most 10 s for it to start."""
    for _ in range(ATTEMPTS):
        try:
            return dict(ask())
        except WARMING_UP:
            sleep(PAUSE_SECONDS)
    return dict(ask())
