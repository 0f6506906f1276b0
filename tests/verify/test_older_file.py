"""A published file from an earlier version: looks answer with what it has, until the next pass rebuilds it."""

from collections.abc import Callable

import pytest

from connectors.storage.home import Home
from connectors.storage.publications.catalog import ORDERS
from tests.cli.command import assert_one_sentence, environment, run
from tests.verify.corruptions import show

LOOKS = ("status", "gates", "mappings", "metrics", "restatements", "report", "logs", "alerts list")
QUOTED = "check 0.5 --about china_share"
ALWAYS_THERE = {"publications", "metrics"}
METRIC, NEWER_COLUMN = "china_share_origin_weekly", "unknown_share"


@pytest.fixture
def older(copied: Callable[[], Home]) -> dict[str, str]:
    """The environment of a home whose file lacks every newer relation and one newer column."""
    home = copied()
    for table in ORDERS.keys() - ALWAYS_THERE:
        show(f"DROP TABLE IF EXISTS catalog.{table}")(home)
    show(f"ALTER TABLE metrics.{METRIC} DROP {NEWER_COLUMN}; ALTER TABLE vintages.{METRIC} DROP {NEWER_COLUMN}")(home)
    return environment(home.root, "127.0.0.1:1")


@pytest.mark.threat("X31")
def test_looks_answer_on_an_older_file(older: dict[str, str]) -> None:
    for look in (*LOOKS, f"metrics {METRIC}", f"gates {METRIC}", f"restatements {METRIC}", QUOTED):
        answer = run(older, *look.split())
        assert (answer.code, answer.err) == (0, ""), look


def test_a_version_without_todays_columns_says_what_to_do(older: dict[str, str]) -> None:
    assert_one_sentence(run(older, "cite", METRIC, "2026-W24"), 2, "older format", "tokenshare refresh")
