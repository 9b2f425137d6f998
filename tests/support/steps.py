"""What journeys do again and again."""

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
    """Wait until `check` says something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
    return found


def record(story: DemoClient, dataset: str, **row: Any) -> None:
    """Put a row into the registry."""
    story.post("data-platform", f"registry:/v1/datasets/{dataset}/records", {"records": [row], "source": "journey"})


def live_orders(story: DemoClient, award_id: str) -> list[tuple[str, int]]:
    """Return units and fen of the award's orders that count."""
    url = f"{story._urls['payout']}/v1/awards/{award_id}"
    answer = story._http.get(url, auth=story._auth["auditor"])
    if answer.status_code != httpx.codes.OK:
        return []
    return sorted((o["unit"], o["amount_fen"]) for o in answer.json()["orders"] if o["live"])


def decide(story: DemoClient) -> dict[str, Any]:
    """Judge 2023 and approve all that is proposed."""
    evaluation = story.evaluate([2023], TODAY.isoformat())
    story.approve(evaluation["id"], "seen")
    return evaluation
