"""`schemas register`: every topic's schema under its subject, once, and a clear sentence for every refusal."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from kafka import KafkaConsumer

from connectors.kafka import producer, topics
from connectors.kafka.producer import Message
from connectors.storage.home import Home, add_secret, schema_headers
from flows import settings
from flows.operations.schemas import register_schemas
from flows.setup.cluster import cluster_of
from tests.cli.homes import claimed
from tests.kafka.schema_registry import Answer, Registry, serving
from tokenshare.errors import BrokerUnavailable, TokenshareError, UsageError
from tokenshare.noop import noop
from tokenshare.render.schemas import schema_of, schema_text
from tokenshare.topics import FX_OBSERVED, TOPICS

SUBJECT = f"ours.{FX_OBSERVED.name}-value"


@dataclass
class Place:
    registry: Registry
    url: str

    def register(self, **given: str) -> dict[str, Any]:
        named = {"TOKENSHARE_SCHEMA_REGISTRY_URL": self.url, "TOKENSHARE_KAFKA_TOPIC_PREFIX": "ours."}
        return register_schemas(settings.load(named | given), noop)

    def hold(self, schema: dict[str, Any]) -> None:
        """Have a schema registered by somebody before."""
        given = {"schemaType": "JSON", "schema": json.dumps(schema)}
        assert self.registry.answer(f"/subjects/{SUBJECT}/versions", "application/json", "", given) == (200, {"id": 1})


@pytest.fixture
def place() -> Iterator[Place]:
    registry = Registry()
    with serving(registry) as url:
        yield Place(registry, url)


def test_every_topic_is_registered_once(place: Place) -> None:
    first = place.register()["subjects"]
    assert [found["subject"] for found in first] == [f"ours.{topic.name}-value" for topic in TOPICS]
    assert {found["state"] for found in first} == {"registered"}
    again = place.register()["subjects"]
    assert again == [found | {"state": "unchanged"} for found in first]
    assert place.registry.schemas == [schema_text(topic) for topic in TOPICS]


def test_a_registry_below_a_path_and_with_a_trailing_slash_is_found(place: Place) -> None:
    place.url += "/"
    assert len(place.register()["subjects"]) == len(TOPICS)
    assert not any("//" in path for path in place.registry.asked)


def test_an_optional_field_is_a_new_version(place: Place) -> None:
    older = schema_of(FX_OBSERVED)
    older["properties"]["rate"]["description"] = "as it was worded before"
    place.hold(older)
    place.register()
    assert len(place.registry.subjects[SUBJECT]) == 2


def test_another_type_is_refused(place: Place) -> None:
    other = schema_of(FX_OBSERVED)
    other["properties"]["rate"] = {"type": "boolean"}
    place.hold(other)
    with pytest.raises(UsageError, match=rf"{SUBJECT} is not compatible .*409.*incompatible.*PUT /config/{SUBJECT}"):
        place.register()
    assert len(place.registry.subjects[SUBJECT]) == 1


def test_a_login_is_shown_and_a_wrong_one_is_named(place: Place) -> None:
    place.registry.login = "me:a-secret-word"
    assert place.register(TOKENSHARE_SCHEMA_REGISTRY_LOGIN="me:a-secret-word")["subjects"]
    with pytest.raises(UsageError, match="TOKENSHARE_SCHEMA_REGISTRY_LOGIN") as refused:
        place.register(TOKENSHARE_SCHEMA_REGISTRY_LOGIN="me:another-secret")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("guid", ["", "9d28b9ac-9b9f-4a3b-8c1d-2f7a4bb1a3d0"])
def test_a_record_names_its_schema_while_the_settings_name_the_registry(
    place: Place, broker: str, tmp_path: Path, guid: str
) -> None:
    """The header is what Confluent's clients read: 0 and the id in four bytes, or 1 and the GUID."""
    place.registry.guid = guid
    given = {"TOKENSHARE_HOME": str(claimed(tmp_path / "home", "live"))}
    add_secret(Home(tmp_path / "home"))
    found = {one["subject"]: one["id"] for one in place.register(**given)["subjects"]}
    prefix = f"named-{uuid4().hex[:8]}."
    given |= {"TOKENSHARE_KAFKA_TOPIC_PREFIX": prefix}
    for registry in ({"TOKENSHARE_SCHEMA_REGISTRY_URL": place.url}, {}):
        cluster = cluster_of(settings.load(given | registry), broker)
        topics.create(cluster, [FX_OBSERVED.name])
        producer.send(cluster, [Message(FX_OBSERVED.name, b"EUR", b"{}", (("schema", b"fx"),))])
    first, second = _headers(broker, f"{prefix}{FX_OBSERVED.name}")
    assert first.pop("__value_schema_id") == (
        b"\x01" + UUID(guid).bytes if guid else b"\x00" + found[SUBJECT].to_bytes(4, "big")
    )
    assert first == second
    assert first.keys() == {"schema", "mac"}


def _headers(broker: str, topic: str) -> list[dict[str, bytes]]:
    consumer = KafkaConsumer(
        topic, bootstrap_servers=broker, auto_offset_reset="earliest", consumer_timeout_ms=5_000, group_id=None
    )
    with closing(consumer):
        return [dict(record.headers) for record in consumer]


def test_without_a_home_nothing_is_kept(place: Place, tmp_path: Path) -> None:
    place.register(TOKENSHARE_HOME=str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"registry": 1}', '{"registry": "x", "headers": {"a": "zz"}}'])
def test_a_damaged_list_of_ids_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "schemas.json").write_text(text)
    with pytest.raises(UsageError, match=r"schemas.json is damaged: run `tokenshare schemas register`"):
        schema_headers.read(tmp_path / "schemas.json", "http://127.0.0.1:8081")


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((422, {"error_code": 42201, "message": "Invalid schema"}), UsageError, "status 422: Invalid schema"),
        ((500, {"error_code": 50001, "message": "Error in the backend"}), BrokerUnavailable, "Error in the backend"),
        ((200, "<html>a page</html>"), UsageError, "answers as no schema registry does"),
        ((200, {"id": "7"}), UsageError, "answers as no schema registry does"),
        ((200, {"id": 2**31}), UsageError, "answers as no schema registry does"),
        ((200, {"id": 1, "guid": "none"}), UsageError, "answers as no schema registry does"),
        ((302, ""), UsageError, "status 302"),
        ((404, ""), UsageError, "status 404"),
    ],
)
def test_a_refusal_is_one_sentence(place: Place, answer: Answer, error: type[TokenshareError], words: str) -> None:
    place.registry.instead = answer
    with pytest.raises(error, match=words) as refused:
        place.register()
    assert "\n" not in str(refused.value)


def test_a_silent_one_and_none_at_all_say_what_to_set(place: Place) -> None:
    place.url = "http://127.0.0.1:1"
    with pytest.raises(BrokerUnavailable, match=r"does not answer .* TOKENSHARE_SCHEMA_REGISTRY_URL"):
        place.register()
    with pytest.raises(UsageError, match="TOKENSHARE_SCHEMA_REGISTRY_URL"):
        register_schemas(settings.load({}), noop)


def test_an_address_that_we_may_not_dial_is_refused(place: Place) -> None:
    place.url = "http://registry.example:8081"
    with pytest.raises(UsageError, match="plain http to another machine"):
        place.register()
