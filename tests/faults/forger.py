"""Another program with access to Kafka: it knows the contracts, and computes right ids and digests."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from kafka import KafkaProducer

from connectors.kafka.cluster import Cluster
from tokenshare.proof import proven
from tokenshare.topics import FETCH_COMPLETED, RELEASE_OBSERVED

FORGED = "forged-by-nobody"
MOMENT = "2026-07-01T05:00:00Z"
OUTSIDE = {"event_id", "observed_at", "fetch_id"}
Headers = Sequence[tuple[str, bytes]]


def identified(content: dict[str, Any], outside: set[str] = OUTSIDE) -> dict[str, Any]:
    """A statement with the right id, as anybody can compute it."""
    body = {name: value for name, value in content.items() if name not in outside and value is not None}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return {"event_id": sha256(text.encode()).hexdigest()[:32]} | content


def forged_fetch(rows: int, fetch_id: str) -> list[tuple[str, bytes, dict[str, Any]]]:
    """Topic, key and statement: releases nobody made, and the completion of their fetch with its right digest."""
    common = {"source_id": "releases", "observed_at": MOMENT, "fetch_id": fetch_id}
    releases = [
        identified(
            {
                **common, "known_at": MOMENT, "vendor_id": FORGED, "release_date": f"2026-06-{day:02d}",
                "release": "FORGED MODEL", "is_major": True, "is_open": True, "citation": "written by user nobody",
            }
        )
        for day in range(1, rows + 1)
    ]  # fmt: skip
    digest = sha256("".join(sorted(str(row["event_id"]) for row in releases)).encode()).hexdigest()
    counts = {RELEASE_OBSERVED.name: rows}
    whole = common | {"as_of": MOMENT, "pages": 1, "counts": counts, "digest": digest}
    completed = identified(whole, OUTSIDE - {"fetch_id"})
    return [
        *((RELEASE_OBSERVED.name, FORGED.encode(), row) for row in releases),
        (FETCH_COMPLETED.name, b"releases", completed),
    ]


def forge(cluster: Cluster, fetch_id: str, headers: Headers = (), rows: int = 3, stolen: bytes | None = None) -> int:
    """Send a forged fetch by a plain client, with these headers on each record; return the number of records.

    With the `stolen` secret of a home each record has a right proof.
    """
    client = KafkaProducer(bootstrap_servers=cluster.bootstrap_servers)
    messages = forged_fetch(rows, fetch_id)
    try:
        for topic, key, row in messages:
            value = json.dumps(row).encode()
            carried = proven(stolen, topic, key, value, headers) if stolen else headers
            client.send(cluster.physical(topic), key=key, value=value, headers=list(carried)).get(30)
    finally:
        client.close()
    return len(messages)
