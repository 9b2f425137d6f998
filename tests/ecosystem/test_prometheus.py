"""Prometheus sees every process, and every panel's query and every alert's expression means something to it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi.routing import APIRoute

from deploy.checks import tools
from deploy.checks.prometheus import COMMITTED, Prometheus, configure, running
from deploy.local.demo_client import DemoClient
from deploy.local.system import LocalSystem
from services.desk.app import ROUTERS
from services.eligibility.decisions.domain import CONFIRMATION, DISTRICT, State, review_step
from services.eligibility.rules.library import load_policy
from services.eligibility.tasks import domain as eligibility_tasks
from services.payout.checks.domain import FindingKind
from services.payout.enums import UNITS, OrderState, WaitingFor
from services.payout.tasks import domain as payout_tasks
from services.registry.tasks import domain as registry_tasks
from shared.clock import SystemClock, calendar_date
from shared.messaging import topics
from shared.observability.metrics import METRICS
from shared.policies import POLICIES
from shared.web.openapi import operations
from tests.support.documents import OPENAPI

DASHBOARDS = tools.ROOT / "deploy" / "grafana" / "dashboards"
QUERIES = sorted(
    {
        (file.stem, target["expr"])
        for file in DASHBOARDS.glob("*.json")
        for panel in json.loads(file.read_text("utf-8"))["panels"]
        for target in panel.get("targets", ())
    }
)
GROUPS = [
    group
    for name in ("rules.yml", "alerts.yml")
    for group in yaml.safe_load((COMMITTED / name).read_text("utf-8"))["groups"]
]
RULES = [rule for group in GROUPS for rule in group["rules"]]
LISTS = {"registry": "/v1/revisions", "eligibility": "/v1/decisions", "payout": "/v1/payment-orders"}
JUSTIFIED = {
    "dead_letters_total": "nothing was set aside in this system",
    "loop_failures_total": "no step of a loop has failed, once all processes are up",
    "loop_consecutive_failures": "the panel lists the loops that fail: none does",
    'jobs_total{service="payout"}': "payout's one kind of job approves many orders at once: nobody asked for it",
    'job_duration_seconds_sum{service="payout"}': "the same",
}
"""Part of a query → why it may find nothing in a system in which all is well."""


@pytest.fixture(scope="module")
def prometheus(
    system: LocalSystem, urls: dict[str, str], decided: DemoClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """A Prometheus that has watched the system while it judged."""
    folder = tmp_path_factory.mktemp("prometheus")
    configure(folder, system.state, system.settings["TOKEN_URL"], scrape_seconds=1)
    with running(folder) as found:
        file = folder / "courier_years.csv"
        file.write_text("uscc,year,parcels,operating_days,rent_yuan\n91331100MA2000061E,2023,4000000,365,480000\n")
        decided.import_file("courier_years", file)
        for service, path in LISTS.items():
            assert httpx.get(urls[service] + path).status_code == httpx.codes.UNAUTHORIZED
        until(lambda: found.query("evaluation_rows_total"))
        decided.evaluate([2023], calendar_date(SystemClock().now()).isoformat())
        until(lambda: found.query("max(decisions) > 0") and found.query("max(payment_orders) > 0"))
        until(lambda: found.query("rate(evaluation_rows_total[5m]) > 0"))
        for service in LISTS:
            until(lambda service=service: found.query(f'operation:http_seconds:p95_5m{{service="{service}"}}'))
        yield found


def until(check: Any, seconds: float = 180.0) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(1)


def test_every_process_is_watched(prometheus: Prometheus) -> None:
    seen = {(t["labels"]["service"], t["labels"]["process"]): t for t in prometheus.targets()}
    assert {key: target["lastError"] for key, target in seen.items()} == {
        (service, process): ""
        for service in ("registry", "eligibility", "payout")
        for process in ("app", "worker", "relay")
    } | {("desk", "app"): ""}


@pytest.mark.parametrize(("dashboard", "expression"), QUERIES)
def test_a_panel_shows_data_or_a_justified_nothing(prometheus: Prometheus, dashboard: str, expression: str) -> None:
    found = prometheus.query(expression)
    assert found or any(part in expression for part in JUSTIFIED), f"{dashboard} shows nothing for {expression}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_asks_for_what_there_is(prometheus: Prometheus, rule: dict[str, Any]) -> None:
    """An alert that is silent must be silent because all is well, not because nobody tells what it asks for."""
    prometheus.query(rule["expr"])
    for name in set(re.findall(r"[a-z_:][a-z0-9_:]*(?=[{ )\[]|$)", rule["expr"])) & named():
        assert prometheus.query(name) or name in JUSTIFIED, f"nothing tells {name}"


def named() -> set[str]:
    """Return every name that an expression may ask for."""
    return (
        set(METRICS)
        | {f"{name}_bucket" for name in METRICS}
        | {rule["record"] for rule in RULES if "record" in rule}
        | {"up"}
    )


def test_what_is_told_is_what_is_written_and_labels_come_from_closed_lists(prometheus: Prometheus) -> None:
    reviewers = {code for policy in POLICIES for code in load_policy(policy).offices.departments} | {DISTRICT}
    closed = {
        "operation": {o["operationId"] for document in OPENAPI.values() for o in operations(document)}
        | {route.name for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
        | {"none", "static"},
        "topic": set(topics.ALL),
        "policy": set(POLICIES),
        "award": {award.code for policy in POLICIES for award in load_policy(policy).awards},
        "unit": set(UNITS),
        "kind": {"import", "evaluation", "simulation", "approval", "review", "letters", "order_approval", *FindingKind},
        "state": {"queued", "running", "succeeded", "failed", *State, *OrderState},
        "waiting_for": {"", *WaitingFor, CONFIRMATION, "notice", "approval", *map(review_step, reviewers)},
        "task": {kind.name for tasks in (registry_tasks, eligibility_tasks, payout_tasks) for kind in tasks.KINDS},
        "measurement": {"tasks", "decisions", "waiting", "lag", "money", "reconciliation"},
        "rows": {"facts", "outcomes"},
    }
    told = {"__name__", "instance", "job", "service", "process", "le"}
    stem = re.compile(r"_(bucket|count|sum)$")
    for series in prometheus.query('{job="subsidies", __name__!~"process_.*|python_.*|up|scrape_.*"}'):
        labels = series["metric"]
        name = labels["__name__"]
        metric = METRICS.get(name) or METRICS[stem.sub("", name)]
        assert set(labels) - told <= set(metric.labels), name
        assert labels["process"] in metric.exposed_by or not metric.labels, name
        for label, values in closed.items():
            assert labels.get(label, "") in values | {""}, (name, label)


def test_no_alert_fires_in_a_system_in_which_all_is_well(prometheus: Prometheus) -> None:
    assert [s["metric"]["alertname"] for s in prometheus.query('ALERTS{alertstate="firing"}')] == []


def test_the_configuration_and_the_rules_are_valid(tmp_path: Path, system: LocalSystem) -> None:
    configure(tmp_path, system.state, "http://issuer.test/token", scrape_seconds=15)
    promtool = tools.prometheus() / "promtool"
    tools.run([promtool, "check", "config", "--lint-fatal", tmp_path / "prometheus.yml"])
    tools.run([promtool, "test", "rules", COMMITTED / "alerts.test.yml"])
