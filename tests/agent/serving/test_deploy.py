"""The dashboard and the alert rules speak of metrics that the running server has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from agent.serving.parts import Parts
from tests.test_docs_generated import generated

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
PAGE = ROOT / "docs" / "observability.md"
OURS = "cloud_pricing_"
OF_PROMETHEUS = {"up": {"job", "instance"}}
ADDED = {"job", "instance"}  # labels that Prometheus adds to each
_SELECTED = re.compile(r"\b((?:cloud_pricing|process|python|up)\w*)(?:\{([^{}]*)\})?")
_GROUPED = re.compile(r"\b(?:by|without) \(([\w, ]*)\)")


@pytest.fixture(scope="module")
def families(client: httpx.Client, parts: Parts) -> list[Any]:
    """Of /metrics, when each has a sample."""
    client.post("/v1/ask", json={"question": "price of m5.large in us-east-1"})
    for kind in ("tool", "sql", "search"):
        parts.metrics.worked(kind, "nothing", 0.1, "Nothing")
    parts.metrics.requested("GET", "/nothing", 503, 0.1)
    parts.metrics.spent("OpenAI", "gpt-4o", 1, 1)
    return list(text_string_to_metric_families(client.get("/metrics").text))


@pytest.fixture(scope="module")
def known(families: list[Any]) -> dict[str, set[str]]:
    """The labels of each metric."""
    return {one.name: {*one.labels, *ADDED} for family in families for one in family.samples} | OF_PROMETHEUS


def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
    return loaded


def rules() -> list[dict[str, Any]]:
    return [
        rule
        for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]


def expressions() -> Iterator[tuple[str, str]]:
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for variable in dashboard()["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], re.sub(r"label_values\((.*), \w+\)", r"\1", variable["definition"])
    for rule in rules():
        yield rule["alert"], rule["expr"]


def test_every_metric_and_label_is_in_the_running_server(known: dict[str, set[str]]) -> None:
    wrong, used = [], set()
    for title, expression in expressions():
        found = _SELECTED.findall(expression)
        assert found, title
        for name, selected in found:
            used.add(name)
            labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selected))
            grouped = {one for group in _GROUPED.findall(expression) for one in group.split(", ") if one}
            allowed = known.get(name, set())
            wrong += [(title, name, labels - allowed)] if name not in known or labels - allowed else []
            wrong += [(title, name, grouped - allowed)] if len(found) == 1 and grouped - allowed else []
    assert wrong == []
    # What the server counts and nobody looks at would be counted for nothing.
    shown = {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in used}
    counted = {
        re.sub(r"_(bucket|count|sum|total|created)$", "", name) for name in known if name.startswith(OURS)
    }
    assert counted - shown == set()


def test_expressions_are_balanced_and_say_a_range() -> None:
    for title, expression in expressions():
        assert all(expression.count(a) == expression.count(b) for a, b in ("()", "[]", "{}")), title
        for counter in re.findall(r"(?:rate|increase|changes)\(([^()]*)\)", expression):
            assert re.search(r"\[(\$__rate_interval|\d+[smhd])\]$", counter), title


def test_prometheus_can_read_them(tmp_path: Path) -> None:
    """Where Prometheus's own tool is installed: the rules, and each expression of the dashboard as one."""
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed")
    shown = [re.sub(r"\$__rate_interval", "5m", expression) for _, expression in expressions()]
    recorded = [{"record": f"shown:{n}", "expr": expression} for n, expression in enumerate(shown)]
    dashboard_rules = tmp_path / "dashboard.yml"
    dashboard_rules.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}))
    done = subprocess.run(
        ["promtool", "check", "rules", "--lint=none", str(RULES), str(dashboard_rules)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(ids) == len(set(ids))


def test_every_alert_says_what_it_is_and_where_to_read_on() -> None:
    chapters = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    }
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["for"], rule["alert"]
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert rule["annotations"]["summary"].endswith(".")
        page, _, chapter = rule["annotations"]["runbook"].partition("#")
        assert ROOT / page == PAGE
        assert chapter in chapters, rule["alert"]


def test_every_metric_is_documented(families: list[Any]) -> None:
    lines = ["| Metric | Kind | Labels | What it is |", "|---|---|---|---|"]
    for family in sorted(families, key=lambda one: str(one.name)):
        if family.name.startswith(OURS) and not family.name.endswith("_created"):
            total = "_total" if family.type == "counter" else ""
            labels = sorted({label for one in family.samples for label in one.labels} - {"le"})
            told = ", ".join(f"`{label}`" for label in labels)
            lines.append(f"| `{family.name}{total}` | {family.type} | {told} | {family.documentation} |")
    generated(PAGE, "metrics", "\n".join(lines))
