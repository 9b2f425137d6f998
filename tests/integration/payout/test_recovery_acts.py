"""A recovery as an act: drawn up, stated on, issued by another person, repaid by a plan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from tests.integration.payout.bank import recovery_of
from tests.integration.payout.support import Payout
from tests.support.databases import as_owner

BODY = {"cause": "misstatement", "reason": "申报件量不实", "document": "丽财追〔2026〕1号", "term_working_days": 15}


@pytest.fixture
def recovery(payout: Payout) -> str:
    """A recovery with something outstanding; returns its path."""
    return f"/v1/recoveries/{recovery_of(payout, 400)}"


def outstanding(payout: Payout) -> int:
    return int(payout.get("/v1/recoveries")["items"][0]["outstanding_fen"])


def test_an_act_is_drawn_up_stated_on_and_issued_by_another_person(payout: Payout, recovery: str) -> None:
    payout.get(f"{recovery}/act", expect=404)
    drawn = payout.post(f"{recovery}/act", BODY, by="finance-maker", expect=201)
    assert (drawn["state"], drawn["kind"], drawn["due_on"], drawn["limitation_on"]) == (
        "proposed",
        "annulled",
        None,
        None,
    )
    payout.post(f"{recovery}/act", BODY, by="finance-maker", expect=409)
    stated = payout.post(f"{recovery}/act/statements", {"statement": "统计口径有误。"}, by="finance-maker", expect=201)
    assert [each["statement"] for each in stated["statements"]] == ["统计口径有误。"]
    payout.post(f"{recovery}/act/issue", by="finance-maker", expect=403)
    issued = payout.post(f"{recovery}/act/issue", by="finance-checker", expect=200)
    assert (issued["state"], issued["confirmed_by"]) == ("issued", "finance-checker")
    assert (issued["due_on"], issued["limitation_on"]) == ("2026-03-23", "2026-12-02"), (
        "fifteen working days; nine months"
    )
    assert issued["overdue_fen"] == 0
    payout.post(f"{recovery}/act/statements", {"statement": "晚了"}, by="finance-maker", expect=409)
    payout.post(f"{recovery}/act/issue", by="finance-checker", expect=409)
    payout.post(f"{recovery}/act/discard", {"reason": "x"}, by="finance-maker", expect=409)
    payout.clock.instant = datetime(2026, 3, 24, tzinfo=UTC)
    assert payout.get(f"{recovery}/act")["overdue_fen"] == outstanding(payout)


def test_a_correction_is_revoked_and_a_discarded_act_may_be_drawn_up_again(payout: Payout, recovery: str) -> None:
    drawn = payout.post(f"{recovery}/act", BODY | {"cause": "correction"}, by="finance-maker", expect=201)
    assert drawn["kind"] == "revoked"
    discarded = payout.post(f"{recovery}/act/discard", {"reason": "录入有误"}, by="finance-checker", expect=200)
    assert discarded["state"] == "discarded"
    payout.post(f"{recovery}/act", BODY | {"cause": "fraud"}, by="finance-maker", expect=201)
    with pytest.raises(Exception, match="never edited"), as_owner(payout.database) as each:
        each.execute(text("UPDATE recovery_acts SET cause = 'correction', kind = 'revoked' WHERE discarded_at IS NULL"))


def test_a_plan_is_agreed_by_two_persons_and_says_what_is_overdue(payout: Payout, recovery: str) -> None:
    payout.post(f"{recovery}/act", BODY, by="finance-maker", expect=201)
    payout.post(f"{recovery}/act/issue", by="finance-checker", expect=200)
    fen = outstanding(payout)
    first = {"due_on": "2026-04-30", "amount_fen": 100}
    rest = {"due_on": "2026-06-30", "amount_fen": fen - 100}

    def plan(*parts: dict[str, Any], expect: int) -> Any:
        body = {"reason": "企业申请分期", "parts": list(parts)}
        return payout.post(f"{recovery}/plans", body, by="finance-maker", expect=expect)

    plan(first, expect=409)
    plan(rest, first, expect=422)
    plan(first | {"due_on": "2026-03-01"}, rest, expect=422)
    proposed = plan(first, rest, expect=201)
    plan(first, rest, expect=409)
    payout.post(f"{recovery}/plans/{proposed['id']}/confirm", by="finance-maker", expect=403)
    agreed = payout.post(f"{recovery}/plans/{proposed['id']}/confirm", by="finance-checker", expect=200)
    assert (agreed["state"], agreed["parts"]) == ("confirmed", [first, rest])
    payout.clock.instant = datetime(2026, 5, 4, tzinfo=UTC)
    assert payout.get(f"{recovery}/act")["overdue_fen"] == 100, "the term of the act gave way to the plan"
    body = {"amount_fen": 100, "received_on": "2026-05-04", "bank_reference": "R1"}
    payout.repay(recovery.rsplit("/", maxsplit=1)[-1], body)
    assert payout.get(f"{recovery}/act")["overdue_fen"] == 0
    other = plan({"due_on": "2026-12-31", "amount_fen": fen - 100}, expect=201)
    payout.post(f"{recovery}/plans/{other['id']}/discard", {"reason": "不同意"}, by="finance-checker", expect=200)
