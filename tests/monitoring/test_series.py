"""Series as they are declared: names that Prometheus expects, and expressions that ask for nothing else."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from connectors.gateway.receiver import Figures
from connectors.prometheus.exposition import registry_of, text_of
from tokenshare.render import monitoring
from tokenshare.series import OF_GATEWAY, OF_HOME, SERIES_BY_NAME, Sample, Series

ROOT = Path(__file__).parents[2]
DECLARED = (*OF_HOME, *OF_GATEWAY)
NAME, OWN = re.compile(r"\btokenshare_\w+"), {"instance", "job", "le"}  # labels of Prometheus itself
GROUPED = re.compile(r"\b(?:by|without) \(([^)]*)\)")
MATCHED = re.compile(r"\b(tokenshare_\w+)\{([^}]*)\}")
SHOWN = re.compile(r"\{\{ ?(?:\$labels\.)?(\w+) ?\}\}")
RATED = re.compile(r"\b(rate|increase|deriv)\((tokenshare_\w+)")


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: one.name)
def test_a_name_is_one_that_prometheus_expects(one: Series) -> None:
    assert re.fullmatch(r"tokenshare(_[a-z]+)+", one.name)
    assert one.name.endswith("_total") == (one.kind == "counter")
    assert not one.unit or one.family.endswith(f"_{one.unit}")
    assert not ("_seconds" in one.name and one.unit != "seconds")
    assert all(re.fullmatch(r"[a-z]+", label) and label not in OWN for label in one.labels)
    assert one.meaning.endswith(".")


def test_every_name_is_declared_once() -> None:
    assert len(SERIES_BY_NAME) == sum(len(one.scraped) for one in DECLARED)


def test_expressions_ask_for_declared_series_and_labels() -> None:
    for expression in monitoring.expressions():
        names = NAME.findall(expression)
        assert names
        assert set(names) <= set(SERIES_BY_NAME), expression
        labels = {label for name in names for label in SERIES_BY_NAME[name].labels}
        grouped = {label.strip() for found in GROUPED.findall(expression) for label in found.split(",")}
        assert grouped <= labels | OWN, expression
        for name, matched in MATCHED.findall(expression):
            assert set(re.findall(r"(\w+)=", matched)) <= set(SERIES_BY_NAME[name].labels), expression
        for function, name in RATED.findall(expression):
            assert (SERIES_BY_NAME[name].kind == "gauge") == (function == "deriv"), expression


def test_legends_and_sentences_name_labels_of_their_expression() -> None:
    texts = [(expression, legend) for panel in monitoring.PANELS for expression, legend in panel.lines]
    texts += [(rule.when, f"{rule.summary} {rule.then}") for rule in monitoring.RULES]
    for expression, text in texts:
        labels = {label for name in NAME.findall(expression) for label in SERIES_BY_NAME[name].labels}
        assert set(SHOWN.findall(text)) <= labels, text


def test_every_series_of_a_home_is_in_the_dashboard_or_a_rule_or_explains_one() -> None:
    asked = {name for expression in monitoring.expressions() for name in NAME.findall(expression)}
    left = {one.name for one in OF_HOME} - asked
    explain = {"tokenshare_landed_offset", "tokenshare_end_offset", "tokenshare_dead_letters_open"}
    assert left == explain | {"tokenshare_pass_running", "tokenshare_metric_held_periods"}


def test_the_dashboard_has_each_panel_in_a_place_of_its_own() -> None:
    panels = json.loads((ROOT / "docs/reference/grafana.json").read_text())["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(panels) == len({panel["id"] for panel in panels})
    assert {target["expr"] for panel in panels for target in panel["targets"]} <= set(monitoring.expressions())


def test_an_exposition_parses_and_has_what_is_declared() -> None:
    samples = [Sample(one, 1.5, tuple(f'a "{label}"\\\n' for label in one.labels)) for one in OF_HOME]
    found = {family.name: family for family in text_string_to_metric_families(text_of(lambda: samples))}
    assert set(found) == {one.family for one in OF_HOME}
    for one in OF_HOME:
        (sample,) = found[one.family].samples
        assert (found[one.family].type, sample.name, sample.value) == (one.kind, one.name, 1.5)
        assert set(sample.labels) == set(one.labels)
        assert set(sample.labels.values()) == {f'a "{label}"\\\n' for label in one.labels}


def test_the_gateway_counts_what_is_declared() -> None:
    registry = registry_of(list)
    Figures(registry)
    families = {family.name: family.type for family in registry.collect()}
    assert families == {one.family: one.kind for one in OF_GATEWAY}


def test_promtool_accepts_rules_and_exposition(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool; Debian's package prometheus has it")
    rules = ROOT / "docs/reference/prometheus-alerts.yml"
    subprocess.run([promtool, "check", "rules", rules], check=True)
    text = text_of(lambda: [Sample(one, 1.0, one.labels) for one in OF_HOME])
    subprocess.run([promtool, "check", "metrics"], input=text, text=True, check=True)
    expressions = [expression.replace("$__rate_interval", "5m") for expression in monitoring.expressions()]
    groups = [{"name": "all", "rules": [{"record": f"r{n}", "expr": one} for n, one in enumerate(expressions)]}]
    (tmp_path / "all.yml").write_text(json.dumps({"groups": groups}))
    subprocess.run([promtool, "check", "rules", tmp_path / "all.yml"], check=True)
