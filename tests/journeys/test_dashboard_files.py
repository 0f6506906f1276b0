"""The dashboard as code names what is published: each dataset has the columns of its relation, each chart a dataset."""

from typing import Any

import pytest

from tests.journeys.servers import ROOT
from tokenshare.bi import RELATION_BY_NAME

yaml = pytest.importorskip("yaml")
FOLDER = ROOT / "docs" / "bi" / "superset"


def read(kind: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(file.read_text()) for file in sorted((FOLDER / kind).rglob("*.yaml"))]


@pytest.mark.parametrize("dataset", read("datasets"), ids=lambda one: one["table_name"])
def test_a_dataset_has_the_columns_of_its_relation(dataset: dict[str, Any]) -> None:
    relation = RELATION_BY_NAME[dataset["table_name"]]
    assert {one["column_name"]: one["description"] for one in dataset["columns"]} == dict(relation.columns)
    assert dataset["description"] == relation.description
    assert dataset["cache_timeout"] == -1


def test_each_part_names_another_that_is_there() -> None:
    (database,), (dashboard,) = read("databases"), read("dashboards")
    datasets, charts = read("datasets"), read("charts")
    assert {one["database_uuid"] for one in datasets} == {database["uuid"]}
    assert {one["dataset_uuid"] for one in charts} == {one["uuid"] for one in datasets}
    placed = [part["meta"] for name, part in dashboard["position"].items() if name.startswith("CHART-")]
    assert {one["uuid"]: one["sliceName"] for one in placed} == {one["uuid"]: one["slice_name"] for one in charts}
