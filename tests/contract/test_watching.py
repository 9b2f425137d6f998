"""What is written about watching agrees: metrics, dashboards, alerts, their tests, the runbook, the page's two languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.files import FOLDER, ROOT, files
from shared.observability.metrics import LABELS, METRICS, PROBES
from shared.web.status import routes, words

PROMETHEUS = ROOT / "deploy" / "prometheus"
[GROUP] = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text("utf-8"))["groups"]
ALERTS: list[dict[str, Any]] = GROUP["rules"]
CASES = yaml.safe_load((PROMETHEUS / "alerts.test.yml").read_text("utf-8"))["tests"]
MADE = files()


@pytest.mark.parametrize("file", MADE, ids=lambda file: file.name)
def test_what_is_made_from_the_code_is_current(file: Path) -> None:
    assert file.read_text("utf-8") == MADE[file], "run `make dashboards` and commit what it writes"


def test_no_dashboard_is_left_over() -> None:
    assert set(FOLDER.iterdir()) == {file for file in MADE if file.parent == FOLDER}


def test_every_label_is_said_to_be_bounded_and_used() -> None:
    assert set(LABELS) == {label for metric in METRICS.values() for label in metric.labels}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_has_a_section_in_the_runbook_and_cases_on_both_sides(alert: dict[str, Any]) -> None:
    file, _, anchor = alert["annotations"]["runbook"].partition("#")
    section = re.search(rf"^## {anchor}\n(.*?)(?=^## |\Z)", (ROOT / file).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert section, f"{file} has no section {anchor}"
    assert all(f"**{word}.**" in section[1] for word in ("Means", "Look", "Do")), anchor
    expected = [
        bool(test["exp_alerts"])
        for case in CASES
        for test in case["alert_rule_test"]
        if test["alertname"] == alert["alert"]
    ]
    assert sorted(expected) == [False, True]


def test_the_runbook_has_no_section_for_an_alert_that_is_gone() -> None:
    sections = re.findall(r"^## (.+)$", (ROOT / "docs" / "runbook.md").read_text("utf-8"), re.MULTILINE)
    assert sections == [alert["annotations"]["runbook"].partition("#")[2] for alert in ALERTS]


def test_requests_of_probes_are_left_out_everywhere_alike() -> None:
    texts = [(PROMETHEUS / "rules.yml").read_text("utf-8"), *(MADE[file] for file in MADE if file.suffix == ".json")]
    left_out = {
        tuple(sorted(found.split("|"))) for text in texts for found in re.findall(r'operation!~\\?"([a-z_|]+)', text)
    }
    assert left_out == {tuple(sorted(PROBES))}


def test_the_status_page_says_everything_in_both_languages() -> None:
    texts = words.words()
    assert all(set(each) == {"en", "zh-CN"} and each["en"] != "" != each["zh-CN"] for each in texts.values())
    page, script = ((routes.HERE / name).read_text("utf-8") for name in ("page.html", "script.js"))
    asked = set(re.findall(r'data-say="([a-z_]+)"', page)) | set(re.findall(r'say\("([a-z_]+)"\)', script))
    asked |= set(re.findall(r'(?:stage\(|\[)"([a-z_]+)",', script))
    assert asked - {"svg", "client"} <= set(texts), asked - set(texts)
