"""Consumer-group offsets as a display of the ledger: ordinary tools show lag by them, we never trust them."""

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

# The first group of a cluster waits for its offsets topic to be made.
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
    """Set the group's next offset of each partition and who says so, calling `midway` when half of them are set.

    Raises BrokerUnavailable where Kafka refuses.
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
    """The group's next offset of each partition of the topics that has one."""
    return {at: told.offset for at, told in _listed(cluster, group, topics).items()}


def signatures(cluster: Cluster, group: str, topics: Iterable[str]) -> dict[Partition, str]:
    """Who set the offset of each partition of the topics that has one; empty where nobody says so."""
    return {at: told.metadata or "" for at, told in _listed(cluster, group, topics).items()}


def _listed(cluster: Cluster, group: str, topics: Iterable[str]) -> dict[Partition, Any]:
    asked, name = set(topics), cluster.physical(group)
    with opened(KafkaAdminClient, cluster) as admin:
        found = _answered(lambda: admin.list_group_offsets({name: None})[name])
    named = {(cluster.logical(at.topic), at.partition): told for at, told in found.items()}
    return {at: told for at, told in sorted(named.items()) if at[0] in asked and told.offset >= 0}


def lag(cluster: Cluster, group: str, topics: Iterable[str]) -> dict[Partition, int]:
    """Records of each partition that the group has still to come to."""
    asked = sorted(topics)
    known = committed(cluster, group, asked)
    return {at: end - known.get(at, beginning) for at, (beginning, end) in positions(cluster, asked).items()}


def _committed(admin: Any, group: str, wanted: Mapping[Any, Any]) -> dict[Any, Any]:
    answers: dict[Any, Any] = admin.alter_group_offsets(group, wanted)
    warming = [error for error in answers.values() if error in WARMING_UP]
    if warming:
        raise warming[0]
    return answers


def _answered(ask: Any) -> dict[Any, Any]:
    """The answer, once the coordinator is up: 10 s at most."""
    for _ in range(ATTEMPTS):
        try:
            return dict(ask())
        except WARMING_UP:
            sleep(PAUSE_SECONDS)
    return dict(ask())
