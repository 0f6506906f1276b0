"""Topics belong to one home: another one is told whose they are, and reads and writes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.kafka import groups, topics
from connectors.kafka.cluster import Cluster
from flows import settings
from flows.queries.doctor import examine
from flows.setup.topic_ownership import SIGNED, sign_topics
from tokenshare.errors import UsageError
from tokenshare.topics import CONSUMER_GROUP, TOPIC_NAMES, USAGE_OBSERVED

MINE, MOVED, THEIRS = "1f /srv/mine", "1f /srv/moved", "2e /srv/theirs"
OFFSETS = {SIGNED: 3, (USAGE_OBSERVED.name, 0): 7}


def signed(cluster: Cluster) -> set[str]:
    return set(groups.signatures(cluster, CONSUMER_GROUP, TOPIC_NAMES).values())


def test_who_comes_first_signs_and_comes_again_wherever_it_lies(cluster: Cluster) -> None:
    sign_topics(cluster, MINE)
    assert signed(cluster) == {MINE}
    sign_topics(cluster, MOVED)
    assert signed(cluster) == {MINE}


@pytest.mark.threat("X20")
def test_another_home_is_told_whose_topics_these_are(cluster: Cluster) -> None:
    sign_topics(cluster, MINE)
    with pytest.raises(UsageError, match=r"belong to another home \(1f /srv/mine\)") as told:
        sign_topics(cluster, THEIRS)
    assert "TOKENSHARE_KAFKA_TOPIC_PREFIX" in told.value.fix
    assert "--take-over" in told.value.fix
    assert signed(cluster) == {MINE}


def test_doctor_says_so_before_a_pass_does(cluster: Cluster, tmp_path: Path) -> None:
    sign_topics(cluster, THEIRS)
    given = {
        "TOKENSHARE_HOME": str(tmp_path / "home"),
        "TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": cluster.bootstrap_servers,
        "TOKENSHARE_KAFKA_TOPIC_PREFIX": cluster.topic_prefix,
    }
    (kafka,) = [finding for finding in examine(settings.load(given), given) if finding.name == "kafka"]
    assert not kafka.is_well
    assert "belong to another home (2e /srv/theirs)" in kafka.said


def test_a_prefix_of_its_own_is_enough(cluster: Cluster) -> None:
    sign_topics(cluster, MINE)
    other = replace(cluster, topic_prefix=f"{cluster.topic_prefix}theirs.")
    sign_topics(other, THEIRS)
    assert (signed(cluster), signed(other)) == ({MINE}, {THEIRS})


def test_a_home_that_takes_over_keeps_the_offsets_and_shuts_the_other_out(cluster: Cluster) -> None:
    sign_topics(cluster, MINE)
    groups.commit(cluster, CONSUMER_GROUP, OFFSETS, signature=MINE)
    sign_topics(cluster, THEIRS, is_taken_over=True)
    assert signed(cluster) == {THEIRS}
    assert groups.committed(cluster, CONSUMER_GROUP, TOPIC_NAMES) == OFFSETS
    with pytest.raises(UsageError):
        sign_topics(cluster, MINE)


def test_offsets_that_nobody_signed_are_kept_and_signed(cluster: Cluster) -> None:
    topics.create(cluster, TOPIC_NAMES)
    groups.commit(cluster, CONSUMER_GROUP, OFFSETS)
    sign_topics(cluster, MINE)
    assert groups.committed(cluster, CONSUMER_GROUP, TOPIC_NAMES) == OFFSETS
    assert signed(cluster) == {MINE}
