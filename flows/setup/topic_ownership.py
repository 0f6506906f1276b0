"""Topics belong to one home: two that share them would each land what the other was told."""

from collections.abc import Mapping

from connectors.kafka import groups, topics
from connectors.kafka.cluster import Cluster
from tokenshare.errors import UsageError
from tokenshare.topics import CONSUMER_GROUP, FETCH_COMPLETED, TOPIC_NAMES

SIGNED = (FETCH_COMPLETED.name, 0)  # the partition by which a home signs before it has landed anything


def sign_topics(cluster: Cluster, signature: str, is_taken_over: bool = False) -> None:
    """Makes the topics and signs them for a home; raises UsageError where another has signed and is not replaced."""
    topics.create(cluster, TOPIC_NAMES)
    signed = _signed(cluster)
    if not is_taken_over:
        _refuse_others(cluster, signed, signature)
    if list(signed) != [_id(signature)]:
        known = groups.committed(cluster, CONSUMER_GROUP, TOPIC_NAMES)
        groups.commit(cluster, CONSUMER_GROUP, {SIGNED: 0} | known, signature=signature)


def require_own_topics(cluster: Cluster, signature: str) -> None:
    """Raises UsageError where another home has signed these topics; nobody has where they are not there."""
    _refuse_others(cluster, _signed(cluster), signature)


def _refuse_others(cluster: Cluster, signed: Mapping[str, str], signature: str) -> None:
    others = [said for id, said in signed.items() if id != _id(signature)]
    if others:
        raise UsageError(
            f"the topics {cluster.physical(FETCH_COMPLETED.name)} and so on at {cluster.bootstrap_servers} belong to "
            f"another home ({', '.join(sorted(others))})",
            "set TOKENSHARE_KAFKA_TOPIC_PREFIX to a prefix of this home's own, "
            "or run `tokenshare refresh --take-over` if that home is gone",
        )


def _signed(cluster: Cluster) -> dict[str, str]:
    """By the id of a home, how it has signed."""
    found = groups.signatures(cluster, CONSUMER_GROUP, TOPIC_NAMES)
    return {_id(said): said for said in found.values() if said}


def _id(signature: str) -> str:
    return signature.partition(" ")[0]
