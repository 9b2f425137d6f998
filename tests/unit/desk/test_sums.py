"""Sums at the desk: what was rejected or replaced is given to nobody, and no sum counts it."""

from __future__ import annotations

import re
from typing import Any

from tests.support.desk import Services
from tests.unit.desk.test_cases import CODE, decided
from tests.unit.desk.test_front import TASKS, at_desk

ROUND = "0198c5b2-7d3e-7a41-9c55-000000000001"
FEN = {"approved": 300_000, "proposed": 200_000, "superseded": 100_000, "rejected": 50_000}


def text_of(path: str, answers: dict[str, Any]) -> str:
    """Return what a page says, without its markup."""
    services = Services({**TASKS, **answers})
    page = at_desk(services, lambda client: client.get(path), subject="auditor", scopes=frozenset({"decisions:read"}))
    assert page.status_code == 200
    return re.sub(r"\s*<[^>]*>\s*", "|", page.text.partition("<main")[2])


def test_a_list_of_decisions_adds_up_each_state_apart() -> None:
    items = [decided(state=state, entitlement_fen=fen) for state, fen in FEN.items()] + [
        decided(state="superseded", entitlement_fen=7)
    ]
    said = text_of("/decisions", {"eligibility GET /v1/decisions": {"items": items, "next_cursor": None}})
    sums = dict(re.findall(r"\|+([^|]+：\d+项)\|+([\d,.]+)\|", said.partition("tfoot")[2] or said))
    assert sums == {
        "拟定：1项": "2,000.00",
        "已核准：1项": "3,000.00",
        "不予核准：1项": "500.00",
        "被替代：2项": "1,000.07",
    }


def test_the_sums_of_a_round_leave_out_what_was_rejected_or_replaced() -> None:
    totals = [
        {"award": "courier-rent", "jurisdiction": "liandu", "state": state, "waiting_for": [], "decisions": 1}
        | {"entitlement_fen": fen}
        for state, fen in FEN.items()
    ]
    found = {
        "id": ROUND,
        "policy": "lishui-2020-1",
        "title": "第一批",
        "award_years": [2023],
        "awards": None,
        "opens_on": "2026-03-01",
        "closes_on": "2026-06-30",
        "opened_by": "commerce-maker",
        "opened_at": "2026-03-01T01:00:00Z",
        "decisions": 4,
        "entitlement_fen": sum(FEN.values()),
        "totals": totals,
        "waits": [],
        "possible_acts": [],
    }
    said = text_of(f"/rounds/{ROUND}", {f"eligibility GET /v1/rounds/{ROUND}": found})
    assert "|2|项，共5,000.00元|另有不予核准或者已被替代的2项，不计入合计|" in said
    assert re.findall(r"\|([\d,]+\.\d\d)\|", said) == ["5,000.00", "5,000.00"], "by award and by jurisdiction"


def test_an_enterprise_reads_what_it_pays_back_until_when_and_why() -> None:
    recovery = {"id": "r-1", "award_id": decided()["award_id"], "outstanding_fen": 70_000}
    act: dict[str, Any] = {"due_on": "2026-03-20", "cause": "correction", "reason": "租金更正", "overdue_fen": 0}
    plans = [
        {"state": "confirmed", "parts": [{"due_on": "2026-03-10", "amount_fen": 1}]},
        {
            "state": "confirmed",
            "parts": [{"due_on": day, "amount_fen": 40_000} for day in ("2026-02-15", "2026-04-15", "2026-05-15")],
        },
        {"state": "proposed", "parts": [{"due_on": "2026-03-05", "amount_fen": 1}]},
    ]
    services = {
        "eligibility GET /v1/decisions": {"items": [decided()], "next_cursor": None},
        "payout GET /v1/recoveries": {"items": [recovery], "next_cursor": None},
    }

    def own(**changes: Any) -> str:
        answers = {**TASKS, **services, "payout GET /v1/recoveries/r-1/act": act | {"plans": []} | changes}
        page = at_desk(Services(answers), lambda client: client.get("/own"), subject="enterprise", uscc=CODE)
        assert page.status_code == 200
        return str(page.text)

    shown = own()
    assert all(
        words in shown for words in ("700.00 元", "2023年度快递企业租房补贴", "请于2026-03-20前退回", "租金更正")
    )
    assert "其中400.00元请于2026-04-15前退回" in own(plans=plans), "the next day of the newest plan that is confirmed"
    unissued = own(due_on=None)
    assert "目前无需退回" in unissued and "租金更正" not in unissued
