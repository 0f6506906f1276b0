"""Topics belong to one home: two that share them would each land what the other was told."""

from connectors.kafka import groups, topics
from connectors.kafka.cluster import Cluster
from tokenshare.errors import UsageError
from tokenshare.topics import CONSUMER_GROUP, FETCH_COMPLETED, TOPIC_NAMES

SIGNED = (FETCH_COMPLETED.name, 0)  # the partition by which a home signs before it has landed anything


def claim_topics(cluster: Cluster, signature: str, is_taken_over: bool = False) -> None:
    """Makes the topics and signs them for a home; raises UsageError where another has signed and is not replaced."""
    topics.create(cluster, TOPIC_NAMES)
    signed = groups.signatures(cluster, CONSUMER_GROUP, TOPIC_NAMES)
    others = {said for said in signed.values() if said and _id(said) != _id(signature)}
    if others and not is_taken_over:
        raise UsageError(
            f"the topics {cluster.physical(FETCH_COMPLETED.name)} and so on at {cluster.bootstrap_servers} belong to "
            f"another home ({', '.join(sorted(others))})",
            "set TOKENSHARE_KAFKA_TOPIC_PREFIX to one of this home's own, or where that home is gone, "
            "`tokenshare refresh --take-over`",
        )
    if others or not any(signed.values()):
        known = groups.committed(cluster, CONSUMER_GROUP, TOPIC_NAMES)
        groups.commit(cluster, CONSUMER_GROUP, {SIGNED: 0} | known, signature=signature)


def _id(signature: str) -> str:
    return signature.partition(" ")[0]
