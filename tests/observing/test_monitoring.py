"""The dashboard and the alerts ask for what there is, and fire when they should."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from config import metrics
from config.local.application import ROOT

FOLDER = ROOT / "docs/monitoring"
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
CASES = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
METRICS_PAGE = (ROOT / "docs/reference/metrics.md").read_text()
OF_PROMETHEUS = {"up": {"job", "instance"}}
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="promtool is not installed: Debian's package prometheus has it",
)


def known() -> dict[str, set[str]]:
    """Return the names of all series, each with its labels, as the page tells them."""
    rows = re.findall(
        r"^\| `(orders_\w+)` \| (\w+) \|([^|]*)\|", METRICS_PAGE, re.MULTILINE
    )
    found = dict(OF_PROMETHEUS)
    for name, kind, labels in rows:
        names = {"job", *re.findall(r"`(\w+)`", labels)}
        if kind == "histogram":
            found |= {f"{name}_sum": names, f"{name}_count": names}
            found[f"{name}_bucket"] = names | {"le"}
        else:
            found[name] = names
    return found


def asked() -> list[str]:
    of_panels = [target["expr"] for panel in PANELS for target in panel["targets"]]
    return [*of_panels, *(rule["expr"] for rule in RULES)]


def test_the_page_of_metrics_tells_their_labels():
    told = {
        collector._name: set(collector._labelnames)
        for collector in {*REGISTRY._collector_to_names}
        if getattr(collector, "_name", "").startswith("orders_")
    }
    gauges = {family.name: family for family in metrics.State().collect()}
    page = {
        name.removesuffix("_count").removesuffix("_total"): labels - {"job"}
        for name, labels in known().items()
        if not name.endswith(("_sum", "_bucket"))
    }

    assert {name: page[name] for name in told} == told
    for name, family in gauges.items():
        assert all(set(sample.labels) == page[name] for sample in family.samples), name


@pytest.mark.no_services
@pytest.mark.parametrize("expr", asked())
def test_what_is_asked_for_is_what_there_is(expr):
    series = known()

    names = set(re.findall(r"\b(orders_\w+|up)\b(?!\()", expr))
    assert names
    assert names - series.keys() == set()
    labels = set().union(*(series[name] for name in names))
    wanted = {label for part in re.findall(r"\{(.*?)\}", expr) for label in in_(part)}
    wanted |= {
        label.strip()
        for part in re.findall(r"\bby \((.*?)\)", expr)
        for label in part.split(",")
    }
    assert wanted <= labels


def in_(matchers: str) -> list[str]:
    return re.findall(r"(\w+)[=!]+~?\"", matchers)


@pytest.mark.no_services
def test_every_metric_is_on_the_dashboard():
    shown = " ".join(asked())

    ours = {name for name in known() if name.startswith("orders_")}
    stems = {re.sub(r"_(sum|count|bucket)$", "", name) for name in ours}
    assert {name for name in stems if name not in shown} == set()


@pytest.mark.no_services
def test_the_dashboard_is_one_that_grafana_takes():
    places = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for at in (panel["gridPos"],)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]

    assert DASHBOARD["schemaVersion"] >= 39
    assert DASHBOARD["templating"]["list"][0]["type"] == "datasource"
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(
        DASHBOARD["panels"]
    )
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24
    assert {panel["datasource"]["uid"] for panel in PANELS} == {"${datasource}"}


@pytest.mark.no_services
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_means_and_what_to_do(rule):
    page, _, anchor = rule["annotations"]["runbook"].partition("#")

    headings = re.findall(
        r"^### (\w+)\n\n`(\w+)`\.", (ROOT / page).read_text(), re.MULTILINE
    )
    assert (rule["alert"], rule["labels"]["severity"]) in headings
    assert anchor == rule["alert"].lower()
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"].endswith(".")


@pytest.mark.no_services
def test_each_alert_is_seen_to_fire_and_not_to():
    seen: dict[str, set[bool]] = {}
    for case in CASES:
        (asked,) = case["promql_expr_test"]
        name = re.findall(r'alertname="(\w+)"', asked["expr"])[0]
        seen.setdefault(name, set()).add(bool(asked["exp_samples"]))

    assert seen == {rule["alert"]: {True, False} for rule in RULES}


@pytest.mark.no_services
@needs_promtool
def test_the_alerts_fire_when_they_should():
    done = promtool("test", "rules", "alerts_test.yml", folder=FOLDER)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.no_services
@needs_promtool
def test_prometheus_understands_every_question_of_the_dashboard(tmp_path: Path):
    rules = [
        {"record": f"panel:{number}", "expr": expr.replace("$__rate_interval", "1m")}
        for number, expr in enumerate(asked())
    ]
    named = {"groups": [{"name": "dashboard", "rules": rules}]}
    (tmp_path / "rules.yml").write_text(yaml.dump(named))

    done = promtool("check", "rules", "rules.yml", folder=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout


def promtool(*arguments: str, folder: Path) -> subprocess.CompletedProcess[Any]:
    return subprocess.run(
        ["promtool", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
