"""The proof of a record is of its topic, its key and its value, by one secret, and nothing else passes for it."""

import hmac
import pickle
import random
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors import secret
from connectors.kafka.producer import Message, _prove
from connectors.storage.home import Home, initialise
from connectors.storage.landing import gaps
from connectors.storage.landing.gaps import Acceptance
from connectors.storage.warehouse import ledger, open_warehouse
from flows import settings
from flows.queries.doctor import Diagnosis, examine
from flows.stages.proof import FindUnproven
from tokenshare.errors import UsageError
from tokenshare.offsets import Loss, Record
from tokenshare.proof import DOMAIN, FOREIGN, HEADER, MISSING, doubts, mac_of, proven
from tokenshare.record_batches import Headers, batch_of, frame_varint, read_headers

KEY, OTHER = b"k" * 32, b"o" * 32
TOPIC = "release.observed.v1"


def record(topic: str, key: bytes | None, value: bytes | None, *headers: tuple[str, bytes]) -> Record:
    return Record(topic, 0, 7, 0, key, value, headers)


def doubt(secret: bytes, found: Record) -> str:
    """The reason why a record is not of this home, among others of the form of its headers, read or as framed."""
    batch = batch_of([replace(found, offset=offset) for offset in (7, 8, 9)])
    framed = replace(batch, headers=[frame_headers(found.headers)] * 3)
    reasons = [doubts(secret, one) for one in (batch, framed)]
    assert reasons[0] == reasons[1]
    assert len(set(reasons[0].values())) <= 1
    assert set(reasons[0]) in (set(), {7, 8, 9})
    return reasons[0].get(7, "")


def frame_headers(headers: Headers) -> bytes:
    parts = (part for name, value in headers for part in (name.encode(), value))
    return frame_varint(len(headers)) + b"".join(frame_varint(len(part)) + part for part in parts)


def test_a_proof_is_of_these_bytes_for_ever() -> None:
    """Records of years ago are read again: another way to make the code would disown them."""
    # printf tokenshare.record.v14:t.v11:k1:v | openssl dgst -sha256 -mac HMAC -macopt hexkey:00...
    by_openssl = b"808b8de55f26b5cd1c49d6a7dada302c214aec76f9a960b2d525539a241c5901"
    assert mac_of(bytes(32), "t.v1", b"k", b"v") == by_openssl
    assert doubt(KEY, record(TOPIC, b"k", b"v", *proven(KEY, TOPIC, b"k", b"v", ()))) == ""


@pytest.mark.parametrize("by", [KEY, b"", b"s" * 64])
@pytest.mark.parametrize("value", [None, b"", b"v", bytes(range(256)) * 300])
@pytest.mark.parametrize("key", [None, b"", b"k" * 70])
def test_a_proof_is_an_hmac(by: bytes, key: bytes | None, value: bytes | None) -> None:
    parts = [b"-" if part is None else b"%d:%b" % (len(part), part) for part in (TOPIC.encode(), key, value)]
    assert mac_of(by, TOPIC, key, value).decode() == hmac.new(by, DOMAIN + b"".join(parts), "sha256").hexdigest()


@pytest.mark.parametrize("count", [1, 2, 300])
def test_a_single_wrong_proof_among_others_is_found(count: int) -> None:
    """Proofs are compared at once: one that is another's, lacks, or gave a byte to its neighbour is still found."""
    rows = [(b"k%d" % n, b"v" * n) for n in range(count)]
    right = [proven(KEY, TOPIC, *row, (("n", b"%d" % (n % 7)),)) for n, row in enumerate(rows)]
    macs = [headers[-1][1] for headers in right]
    moved = {} if count == 1 else {0: macs[0] + macs[1][:1], 1: macs[1][1:]}
    for wrong in ({}, {0: macs[-1][::-1]}, {count - 1: b""}, {count // 2: None}, moved):
        given = [headers[: -1 if wrong.get(n, b"") is None else None] for n, headers in enumerate(right)]
        for n, mac in wrong.items():
            given[n] = (given[n][0], (HEADER, mac)) if mac is not None else given[n]
        batch = batch_of([replace(record(TOPIC, *row, *given[n]), offset=n) for n, row in enumerate(rows)])
        framed = replace(batch, headers=[frame_headers(headers) for headers in given])
        expected = {n: MISSING if mac is None else FOREIGN for n, mac in wrong.items()}
        assert doubts(KEY, batch) == doubts(KEY, framed) == expected


def test_headers_of_one_length_and_other_forms_are_read_alike() -> None:
    """Damaged ones among sound ones: as framed they are as doubtful as read one by one."""
    chance, sound = random.Random(5), frame_headers(proven(KEY, TOPIC, b"k", b"v", (("schema", b"s" * 9),)))
    seen: set[str] = set()
    for _ in range(2_000):
        damaged = bytearray(sound)
        damaged[chance.randrange(len(damaged))] = chance.choice((0, 2, 6, 18, 109, 255))
        batch = batch_of([replace(record(TOPIC, b"k", b"v"), offset=n) for n in range(5)])
        given = [sound, sound, bytes(damaged), sound, sound]
        framed = replace(batch, headers=given)
        try:
            expected = doubts(KEY, replace(batch, headers=list(map(read_headers, given))))
        except (ValueError, IndexError) as error:
            with pytest.raises(type(error)):
                doubts(KEY, framed)
            continue
        assert doubts(KEY, framed) == expected
        seen.update(expected.values())
    assert seen == {MISSING, FOREIGN}
    twice = replace(batch, headers=[sound, sound + sound, frame_headers(())])
    with pytest.raises(ValueError, match="headers of"):
        doubts(KEY, twice[:3])


@pytest.mark.parametrize(
    ("topic", "key", "value"),
    [
        ("release.observed.v2", b"k", b"v"),
        (TOPIC, b"l", b"v"),
        (TOPIC, b"k", b"w"),
        (TOPIC, b"kv", b""),
        (TOPIC, None, b"v"),
        (TOPIC, b"k", None),
        (TOPIC, b"", b"kv"),
        (f"{TOPIC}1:k", b"", b"v"),
    ],
)
def test_the_proof_of_another_record_is_none(topic: str, key: bytes | None, value: bytes | None) -> None:
    copied = proven(KEY, TOPIC, b"k", b"v", ())
    assert doubt(KEY, record(topic, key, value, *copied)) == FOREIGN


def test_null_is_not_empty() -> None:
    assert len({mac_of(KEY, TOPIC, key, value) for key in (None, b"", b"-") for value in (None, b"", b"-")}) == 9


@pytest.mark.parametrize("found", [b"", b"0" * 64, b"\xff" * 64, "ä".encode(), mac_of(OTHER, TOPIC, b"k", b"v")])
def test_a_wrong_or_malformed_proof_is_none(found: bytes) -> None:
    assert doubt(KEY, record(TOPIC, b"k", b"v", (HEADER, found))) == FOREIGN


def test_two_proofs_are_none() -> None:
    right = proven(KEY, TOPIC, b"k", b"v", ())
    assert doubt(KEY, record(TOPIC, b"k", b"v", *right, *right)) == MISSING
    assert doubt(KEY, record(TOPIC, b"k", b"v")) == MISSING


def test_a_record_sent_again_has_one_proof() -> None:
    once = _prove(OTHER, Message(TOPIC, b"k", b"v", (("schema", b"s"),)))
    again = _prove(KEY, once)
    assert [name for name, _ in again.headers] == ["schema", HEADER]
    assert doubt(KEY, record(TOPIC, b"k", b"v", *again.headers)) == ""


def test_a_secret_is_made_once_and_is_its_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    tmp_path.chmod(0o755)  # an older home: new files in it would be readable
    secret.make(path)
    first = secret.read(path)
    secret.make(path)
    assert secret.read(path) == first
    assert (len(first), stat.S_IMODE(path.stat().st_mode), secret.is_private(path)) == (32, 0o600, True)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("damage", [b"", b"short", b"g" * 64, b"a" * 65])
def test_a_damaged_secret_is_one_sentence(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "secret"
    with pytest.raises(UsageError, match=r"is not readable .*: restore it from a backup"):
        secret.read(path)
    path.write_bytes(damage)
    with pytest.raises(UsageError, match=r"secret is damaged: restore it from a backup") as found:
        secret.read(path)
    assert not damage or damage.decode() not in str(found.value)


def test_what_beam_pickles_does_not_hold_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    secret.make(path)
    find = FindUnproven(path, {(TOPIC, 0): 7})
    other = record(TOPIC, b"k", b"v")
    assert find(batch_of([other])) == {7: MISSING}
    pickled = pickle.dumps(find)
    written = path.read_bytes().strip()
    for text in (pickled, repr(find).encode()):
        assert written not in text
        assert secret.read(path) not in text
    assert pickle.loads(pickled)(batch_of([other])) == {7: MISSING}


def test_records_before_the_secret_need_no_proof(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    secret.make(path)
    assert FindUnproven(path, {(TOPIC, 0): 8})(batch_of([record(TOPIC, b"k", b"v")])) == {}
    assert FindUnproven(path, {(TOPIC, 1): 8})(batch_of([record(TOPIC, b"k", b"v")])) == {7: MISSING}
    assert FindUnproven(None, {})(batch_of([record(TOPIC, b"k", b"v")])) == {}


@pytest.mark.parametrize(
    ("cause", "is_retired", "exempt"),
    [
        ("deleted", False, {(TOPIC, 0): 9}),
        ("recreated", False, {(TOPIC, 0): 0}),
        ("recreated", True, {(f"{TOPIC}@1", 0): 9}),
        ("truncated", False, {(TOPIC, 0): 5}),
        ("truncated", True, {(f"{TOPIC}@1", 0): 9}),
    ],
)
def test_offsets_given_out_again_need_a_proof(
    tmp_path: Path, cause: Any, is_retired: bool, exempt: dict[tuple[str, int], int]
) -> None:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    loss = Loss(TOPIC, 0, 5, None, 0, cause, is_retired)
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        ledger.exempt(connection, {(TOPIC, 0): 9})
        gaps.record(connection, tmp_path, [(loss, [])], Acceptance("Ada", at, "run", at))
        assert ledger.exempted(connection) == exempt


def test_doctor_names_a_secret_that_others_may_read_or_that_is_gone(tmp_path: Path) -> None:
    def said() -> Diagnosis:
        given = settings.load({"TOKENSHARE_HOME": str(tmp_path / "home")})
        return next(found for found in examine(given, {}) if found.name == "secret")

    assert (said().is_well, said().said) == (True, "none yet: the next pass makes it")
    home = Home(tmp_path / "home")
    initialise(home, "live")
    assert (said().is_well, said().said) == (True, "only its user reads it")
    home.secret.chmod(0o640)
    assert (said().is_well, said().fix.startswith(f"run chmod 600 {home.secret}")) == (False, True)
    home.secret.unlink()
    assert (said().is_well, "is not readable" in said().said) == (False, True)
