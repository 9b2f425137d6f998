"""The audit page: what programs read of snapshots is counted, and listed only where somebody asks for it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.desk import Services
from tests.unit.desk.test_front import TASKS, at_desk


def act(number: int, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "acted_at": f"2026-03-02T01:00:{number:02}.000000Z",
        "actor": "eligibility",
        "act": name,
        "subjects": [],
        "reason": None,
        "details": {},
        "trace_id": None,
    }


ACTS = [act(3, "query_snapshot"), act(2, "query_snapshots"), act(1, "correct_import")]


def log(*, more: bool = False) -> Services:
    """Return services whose logs leave out what they are asked to leave out; only the registry's has acts."""

    def answer(request: httpx.Request) -> httpx.Response:
        without = request.url.params.get_list("without")
        found = [each for each in ACTS if each["act"] not in without]
        return httpx.Response(200, json={"items": found, "next_cursor": "next" if more and not without else None})

    empty: dict[str, Any] = {"items": [], "next_cursor": None}
    others = {f"{name} GET /v1/audit": empty for name in ("eligibility", "payout")}
    services = Services({**TASKS, **others})
    told = services.__call__

    class Log(Services):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            if (request.url.host, request.url.path) == ("registry.test", "/v1/audit"):
                self.asked.append(request)
                return answer(request)
            return await told(request)

    return Log(services.answers)


@pytest.mark.parametrize(
    ("query", "more", "listed", "said"),
    [
        ("", False, 1, "未列出系统读取数据快照的记录2次。"),
        ("", True, 1, "未列出系统读取数据快照的记录，不少于2次。"),
        ("?reads=true", False, 3, ""),
        ("?act=query_snapshot", False, 3, ""),
        ("?service=payout", False, 0, ""),
    ],
    ids=["counted", "more-than-counted", "asked-for", "one-act", "another-service"],
)
def test_reads_of_snapshots_are_counted_not_listed(query: str, more: bool, listed: int, said: str) -> None:
    answer = at_desk(
        log(more=more), lambda client: client.get(f"/audit{query}"), subject="auditor", scopes=frozenset({"audit:read"})
    )
    assert answer.status_code == 200
    assert answer.text.count("<tr><td>") == listed
    assert said in answer.text
    assert ("未列出" in answer.text) is bool(said)
