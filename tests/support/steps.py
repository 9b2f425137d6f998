"""Steps that journeys share."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from deploy.local.demo_client import DemoClient
from shared.clock import SystemClock, calendar_date

COURIER = "91331100MA20000018"
TODAY = calendar_date(SystemClock().now())


def until(check: Callable[[], Any], seconds: float = 90.0) -> Any:
    """Wait until `check` returns something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
    return found


def record(demo: DemoClient, dataset: str, **row: Any) -> None:
    """Record a row in the registry."""
    demo.record(dataset, [row], "journey")


def live_orders(demo: DemoClient, award_id: str) -> list[tuple[str, int]]:
    """Return units and fen of the award's live orders."""
    answer = demo.send("auditor", "GET", f"payout:/v1/awards/{award_id}")
    if answer.status_code != httpx.codes.OK:
        return []
    return sorted((o["unit"], o["amount_fen"]) for o in answer.json()["orders"] if o["live"])


def decide(demo: DemoClient) -> dict[str, Any]:
    """Evaluate 2023 and approve all proposals."""
    evaluation = demo.evaluate([2023], TODAY.isoformat())
    demo.approve(evaluation["id"], "seen")
    return evaluation
