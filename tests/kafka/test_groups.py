"""Group offsets show what the ledger says, under a name of this home."""

from collections.abc import Callable

from kafka import KafkaAdminClient

from connectors.kafka import groups, producer, topics
from connectors.kafka.cluster import Cluster, opened
from connectors.kafka.producer import Message

GROUP = "tokenshare.land"


def test_offsets_are_shown_as_lag_and_may_go_back(cluster: Cluster) -> None:
    topics.create(cluster, ["t", "u"])
    producer.send(cluster, [Message("t", b"k", b"v")] * 5)
    assert groups.committed(cluster, GROUP, ["t"]) == {}
    assert groups.lag(cluster, GROUP, ["t", "u"]) == {("t", 0): 5, ("u", 0): 0}
    groups.commit(cluster, GROUP, {("t", 0): 4, ("u", 0): 0})
    assert groups.committed(cluster, GROUP, ["t"]) == {("t", 0): 4}
    assert groups.lag(cluster, GROUP, ["t"]) == {("t", 0): 1}
    groups.commit(cluster, GROUP, {("t", 0): 2})
    assert groups.committed(cluster, GROUP, ["t", "u"]) == {("t", 0): 2, ("u", 0): 0}
    groups.commit(cluster, GROUP, {})


def test_homes_on_one_broker_do_not_share_a_group(cluster_factory: Callable[..., Cluster]) -> None:
    ours, theirs = cluster_factory(partitions=1), cluster_factory(partitions=1)
    for cluster in (ours, theirs):
        topics.create(cluster, ["t"])
    groups.commit(ours, GROUP, {("t", 0): 1})
    assert groups.committed(theirs, GROUP, ["t"]) == {}
    with opened(KafkaAdminClient, ours) as admin:
        listed = {group["group_id"] for group in admin.list_groups()}
    assert ours.physical(GROUP) in listed
