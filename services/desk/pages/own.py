"""The enterprise's own room: what waits for it, what it gets and what it lacks, its money and its papers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.case_words import standing
from services.desk.desk import OwnDesk, together
from services.desk.downloads import paper_type, passed_on
from services.desk.pages.evaluations import assess
from services.desk.rendering import page, today
from shared.errors import NotFound
from shared.policies import FIRST_POLICY, POLICIES

router = APIRouter()
_SHOWN = 50
_OF_NOW = ("proposed", "in_notice", "suspended", "approved")


@router.get("/own")
async def show_own(request: Request, desk: OwnDesk) -> Response:
    """Show an enterprise everything that concerns it."""
    uscc = desk.person.uscc
    if uscc is None:
        raise NotFound("There is no such page.")
    year = POLICIES[FIRST_POLICY].award_years[-1]
    found = await together(
        enterprise=desk.registry.search_enterprises(uscc=uscc, limit=1),
        accounts=desk.registry.list_records("payee_accounts", uscc=uscc),
        challenges=desk.registry.list_challenges(limit=_SHOWN),
        tasks=desk.eligibility.list_tasks(limit=_SHOWN),
        decisions=desk.eligibility.list_decisions(limit=_SHOWN),
        refusals=desk.eligibility.list_refusals(limit=_SHOWN),
        notices=desk.eligibility.list_notices(state="open", limit=_SHOWN),
        orders=desk.payout.list_payment_orders(limit=_SHOWN),
        recoveries=desk.payout.list_recoveries(outstanding=True, limit=_SHOWN),
        assessment=assess(request, desk, uscc, FIRST_POLICY, [year]),
    )
    decisions = (found["decisions"] or {"items": ()})["items"]
    recoveries = (found["recoveries"] or {"items": ()})["items"]
    acts = await together(**{each["id"]: desk.payout.get_recovery_act(each["id"]) for each in recoveries})
    awards = {each["award_id"]: each for each in decisions}
    return page(
        request,
        "own.html",
        uscc=uscc,
        year=year,
        current=[(each, standing(each)) for each in decisions if each["state"] in _OF_NOW],
        past=[each for each in decisions if each["state"] not in _OF_NOW],
        near=_near(found["assessment"]) if found["assessment"] else [],
        to_pay_back=[
            (
                each,
                awards.get(each["award_id"]),
                act := acts[each["id"]],
                _next_part(act, today(request)) if act else {},
            )
            for each in recoveries
        ],
        **found,
    )


@router.get("/own/statement")
async def show_statement(desk: OwnDesk, form: str = "html") -> Response:
    """Show the enterprise's statement of what it was paid, or download it."""
    return passed_on(await desk.payout.get_payee_statement(desk.person.uscc, accept=paper_type(form)))


def _next_part(act: Mapping[str, Any], today: date) -> Mapping[str, Any]:
    """Return the day by which money is to be paid back next, and how much by a plan: by the newest confirmed one, else the term.

    The day is None where the act is not issued.
    """
    plans = [plan["parts"] for plan in act["plans"] if plan["state"] == "confirmed"]
    parts: list[Mapping[str, Any]] = plans[-1] if plans else [{"due_on": act["due_on"]}]
    return next((part for part in parts if (part["due_on"] or "") >= today.isoformat()), parts[-1])


def _near(assessment: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is refused or not known, first what lacks the fewest conditions; what is granted is among the decisions.

    What an official act has stopped is left out: nothing is near there.
    """
    stopped = {each["award"] for each in assessment["stopped"]}
    awards = [each for each in assessment["awards"] if each["result"] != "granted" and each["award"] not in stopped]
    lacking = [each for each in awards if each["near_misses"] or each["missing"]]
    return sorted(lacking, key=lambda each: sum(one["result"] == "failed" for one in each["conditions"]))
