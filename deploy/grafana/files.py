"""The files about watching that are made from the code, with their content; a test holds them current."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.money import money
from deploy.grafana.operations import operations
from deploy.grafana.overview import overview
from deploy.grafana.services import eligibility, payout, registry
from shared.observability.metrics import LABELS, METRICS, Metric

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("dashboards")
LIST = ROOT / "docs" / "metrics.md"
DASHBOARDS = (overview, registry, eligibility, payout, money, operations)


def files() -> Mapping[Path, str]:
    """Return every file's content."""
    made = {
        FOLDER / f"{make.__name__}.json": json.dumps(
            make().build(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False
        )
        + "\n"
        for make in DASHBOARDS
    }
    return made | {LIST: _list()}


def _list() -> str:
    lines = [
        "# Metrics",
        "",
        "Written by `make dashboards` from `shared/observability/metrics.py`; not edited by hand.",
        "",
        "Each process serves `/metrics` (scope `metrics:read`): an app at its port, a worker or relay at `METRICS_PORT`.",
        "Prometheus adds `service` and `process` from its list of targets. Figures that an app tells come from its database:",
        "several apps tell the same, so take `max by`, not `sum`. Counters are of one process: take `sum`. Beside these, every",
        "process tells `process_*` and `python_*` (memory, processor, garbage collection).",
        "",
        "| metric | type | unit | labels | told by | meaning |",
        "|---|---|---|---|---|---|",
        *(_row(metric) for metric in METRICS.values()),
        "",
        "## Labels",
        "",
        "Values come from closed lists, so the number of series is bounded.",
        "",
        "| label | values |",
        "|---|---|",
        *(f"| `{label}` | {values} |" for label, values in LABELS.items()),
    ]
    return "\n".join(lines) + "\n"


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.type} | {metric.unit} | {labels} | {metric.told_by} | {metric.meaning} |"
