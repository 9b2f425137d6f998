"""The page of an import: rows that were corrected and sent again are not shown as if there were still something to do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.desk import Services
from tests.unit.desk.test_front import TASKS, at_desk

IMPORT, LATER = "0198c5b2-7d3e-7a41-9c55-000000000001", "0198c5b2-7d3e-7a41-9c55-000000000002"
AT = "2026-03-02T01:00:00.000000Z"
JOB: dict[str, Any] = {
    "id": IMPORT,
    "state": "succeeded",
    "progress": {"done": 1, "total": 1},
    "created_by": "data-platform",
    "created_at": AT,
    "started_at": AT,
    "finished_at": AT,
    "problem": None,
    "dataset": "courier_years",
    "mode": "accept_valid",
    "dry_run": False,
    "source": "快递企业报送表.csv",
    "rows": {"read": 3, "accepted": 1, "unchanged": 0, "rejected": 2},
    "skipped": 0,
    "warnings": [],
    "revision": 7,
    "draft": None,
    "changed": True,
    "datasets": {"courier_years": {"read": 3, "rejected": 2, "draft": None}},
    "clearing": {},
    "errors_truncated": False,
    "possible_acts": [],
}
SENT = {"id": LATER, "created_at": AT, "rows": {"read": 2, "accepted": 1, "unchanged": 0, "rejected": 1}}


@pytest.mark.parametrize(
    ("corrections", "said"),
    [
        ([], ""),
        ([SENT | {"state": "running"}], "重新报送，正在导入"),
        ([SENT | {"state": "succeeded"}], "1行已导入，1行被拒"),
    ],
    ids=["not-sent-again", "on-its-way", "taken-in"],
)
def test_what_was_sent_again_is_said_beside_the_refused_rows(corrections: list[Any], said: str) -> None:
    job = f"registry GET /v1/imports/{IMPORT}"
    answers = {job: JOB | {"corrections": corrections}, f"{job}/rejected-rows": {"items": [], "next_cursor": None}}
    answer = at_desk(
        Services({**TASKS, **answers}), lambda client: client.get(f"/imports/{IMPORT}"), subject="data-platform"
    )
    assert answer.status_code == 200
    assert said in answer.text
    assert (f'href="/imports/{LATER}"' in answer.text) is bool(corrections)
