"""The one broker shared by tests: an existing one if named, else a real Kafka in a temporary home.

It stands for a cluster without access rights: there, a client without a login may do everything.
"""

import os
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType

from connectors.kafka import broker as local
from connectors.kafka.cluster import opened
from connectors.kafka.rights import ANYBODY, CLUSTER

BOOTSTRAP = "TOKENSHARE_TEST_BOOTSTRAP_SERVERS"
WORKER = "PYTEST_XDIST_WORKER"


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Bootstrap servers; the first caller starts the broker, and `stop_broker` ends it after the last test of all."""
    if os.environ.get(BOOTSTRAP):
        return os.environ[BOOTSTRAP]
    return start_open(_home(common(tmp_path_factory)))


def start_open(home: Path) -> str:
    """Start the broker of a home, and let everybody do everything there."""
    address, own = local.start(home, lambda _: None, environ=os.environ), local.own_access(home)
    assert own
    kinds = (ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID)
    resources = [CLUSTER, *(ResourcePattern(kind, "*") for kind in kinds)]
    rights = [ACL(ANYBODY, "*", ACLOperation.ALL, ACLPermissionType.ALLOW, resource) for resource in resources]
    with opened(KafkaAdminClient, own) as admin:
        assert not admin.create_acls(rights)["failed"]
    return address


def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this run, shared by all its workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if WORKER in os.environ else own


def stop_broker(tmp_path_factory: pytest.TempPathFactory) -> None:
    """End the broker of this run, if one was started; only the process that began the run calls it."""
    if WORKER not in os.environ:
        local.stop(_home(tmp_path_factory.getbasetemp()))


def _home(run: Path) -> Path:
    return run / "broker home"
