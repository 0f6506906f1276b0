"""Topics belong to one home: two homes on the same topics would each land the other's records."""

from collections.abc import Mapping

from connectors.kafka import groups, topics
from connectors.kafka.cluster import Cluster
from tokenshare.errors import UsageError
from tokenshare.topics import CONSUMER_GROUP, FETCH_COMPLETED, TOPIC_NAMES

SIGNED = (FETCH_COMPLETED.name, 0)  # a home without landed records signs by this partition


def sign_topics(cluster: Cluster, signature: str, is_taken_over: bool = False) -> None:
    """Create the topics and sign them for a home.

    Raises UsageError if another home has signed them and this one does not take them over.
    """
    topics.create(cluster, TOPIC_NAMES)
    signed = _signed(cluster)
    if not is_taken_over:
        _refuse_others(cluster, signed, signature)
    if list(signed) != [_id(signature)]:
        known = groups.committed(cluster, CONSUMER_GROUP, TOPIC_NAMES)
        groups.commit(cluster, CONSUMER_GROUP, {SIGNED: 0} | known, signature=signature)


def require_own_topics(cluster: Cluster, signature: str) -> None:
    """Raise UsageError if another home has signed these topics; missing topics are unsigned."""
    _refuse_others(cluster, _signed(cluster), signature)


def _refuse_others(cluster: Cluster, signed: Mapping[str, str], signature: str) -> None:
    others = [other for id, other in signed.items() if id != _id(signature)]
    if others:
        raise UsageError(
            f"the topics {cluster.physical(FETCH_COMPLETED.name)} and so on at {cluster.bootstrap_servers} belong to "
            f"another home ({', '.join(sorted(others))})",
            "set TOKENSHARE_KAFKA_TOPIC_PREFIX to a prefix of this home's own, "
            "or run `tokenshare refresh --take-over` if that home is gone",
        )


def _signed(cluster: Cluster) -> dict[str, str]:
    """The signatures on the topics, by the id of their home."""
    found = groups.signatures(cluster, CONSUMER_GROUP, TOPIC_NAMES)
    return {_id(signature): signature for signature in found.values() if signature}


def _id(signature: str) -> str:
    return signature.partition(" ")[0]
