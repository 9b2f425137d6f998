"""Decisions: a list with filters, and one as a case: why, on which facts, what was done, what was paid, what can be done now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.case_words import OF_OFFICES, standing
from services.desk.desk import Desk, Missing, OwnDesk, together
from services.desk.downloads import paper_type, passed_on
from services.desk.rendering import page
from shared.authorization import Scope
from shared.media_types import CSV, XLSX

router = APIRouter()
SHOWN = 50
_VERSIONS = 20
_TABLE_FORMS = {"csv": CSV, "xlsx": XLSX}
_FILTERS = (
    "award",
    "award_year",
    "state",
    "jurisdiction",
    "waiting_for",
    "uscc",
    "round_id",
    "evaluation_id",
    "notice_id",
    "award_id",
)
STATES = ("proposed", "in_notice", "suspended", "approved", "rejected", "superseded")
_DECLINED = "declined"
"""What stands for a reason where a payee declined: the act itself says so."""
_ACCOUNT_MATTERS = {"approve_decision", "confirm_decision"}


@router.get("/decisions")
async def show_decisions(request: Request, desk: OwnDesk, cursor: str = "") -> Response:
    """Show the decisions that the filters in the address leave, page by page."""
    found = await desk.eligibility.list_decisions(**filters_in(request), limit=SHOWN, cursor=cursor)
    return page(
        request,
        "decisions.html",
        found=found,
        waits=_waits(found["items"], request.query_params.get("waiting_for", "")),
        states=STATES,
        approvable=_approvable_together(request, desk, found["items"]),
        may_evaluate=Scope.EVALUATIONS_WRITE in desk.person.scopes,
    )


@router.get("/decisions/table")
async def download_decisions(request: Request, desk: OwnDesk, form: Literal["csv", "xlsx"] = "xlsx") -> Response:
    """Download all decisions that the filters in the address leave."""
    return passed_on(await desk.eligibility.list_decisions_file(**filters_in(request), accept=_TABLE_FORMS[form]))


def _approvable_together(request: Request, desk: Desk, decisions: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether the list is of an evaluation whose proposals wait for this person; a round's are approved on its page."""
    return (
        "evaluation_id" in request.query_params
        and Scope.DECISIONS_APPROVE in desk.person.scopes
        and any(each["waiting_for"] == ["approval"] and each["round_id"] is None for each in decisions)
    )


def filters_in(request: Request) -> dict[str, str]:
    """Return the filters of decisions that an address has; what is not one of them is left out."""
    return {name: request.query_params[name].strip() for name in _FILTERS if request.query_params.get(name)}


def _waits(decisions: Sequence[Mapping[str, Any]], chosen: str) -> list[str]:
    """Return the steps to choose from: the usual ones, and those on the page, which may be reviews of any department."""
    steps = ["confirmation", "review:district", "notice", "approval", chosen]
    return [each for each in dict.fromkeys(steps + [step for one in decisions for step in one["waiting_for"]]) if each]


@router.get("/decisions/{decision_id}")
async def show_case(request: Request, desk: OwnDesk, decision_id: str) -> Response:
    """Show a decision as a case."""
    decision = await desk.eligibility.get_decision(decision_id)
    calls = {
        "explanation": desk.eligibility.get_decision_explanation(decision_id),
        "money": desk.payout.get_award_timeline(decision["award_id"], eligibility=False),
        "versions": desk.eligibility.list_decisions(award_id=decision["award_id"], limit=_VERSIONS),
    }
    if _ACCOUNT_MATTERS.intersection(decision["possible_acts"]):
        calls["accounts"] = desk.registry.list_records("payee_accounts", uscc=decision["payee"]["uscc"])
        if desk.person.uscc is not None:
            calls["drafted"] = _drafted_accounts(desk)
    found = await together(**calls)
    explanation, money = found["explanation"], found["money"]
    own = desk.person.uscc is not None
    return page(
        request,
        "case.html",
        decision=decision,
        explanation=explanation,
        facts=facts_of(explanation) if explanation else [],
        money=money,
        accounts=found.get("accounts"),
        drafted=found.get("drafted") or [],
        versions=[each for each in (found["versions"] or {"items": ()})["items"] if each["id"] != decision["id"]],
        timeline=_timeline(decision, money, own=own),
        reviewers=_reviewers(desk, decision),
        standing=standing(decision),
        own=own,
    )


@router.get("/decisions/{decision_id}/letter")
async def show_letter(desk: OwnDesk, decision_id: str, form: str = "html") -> Response:
    """Show the letter of a decision, or download it to be edited and stamped."""
    return passed_on(await desk.eligibility.get_decision_letter(decision_id, accept=paper_type(form)))


@router.get("/decisions/{decision_id}/receipt")
async def show_receipt(request: Request, desk: OwnDesk, decision_id: str) -> Response:
    """Show what a decision was computed from; to auditors also whether it comes out the same when it is computed again."""
    decision = await desk.eligibility.get_decision(decision_id)
    calls = {"receipt": desk.eligibility.get_decision_receipt(decision_id)}
    if "replay_decision" in decision["possible_acts"]:
        calls["replay"] = desk.eligibility.replay_decision(decision_id)
    found = await together(**calls)
    return page(request, "receipt.html", decision=decision, receipt=found["receipt"], replay=found.get("replay"))


async def _drafted_accounts(desk: Desk) -> list[Mapping[str, Any]]:
    """Return the enterprise's accounts that wait as a draft: its answer may confirm them, so it has to see them."""
    drafts = await desk.registry.list_drafts(state="proposed", dataset="payee_accounts", limit=1)
    shown = [await desk.registry.get_draft(draft["id"]) for draft in drafts["items"]]
    return [change["after"] for draft in shown for change in draft["items"] if change["after"]]


def facts_of(explanation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rows that an explanation's conditions were tested on, each once, by dataset."""
    rows = {row["text"]: row for row in _rows(explanation["conditions"])}
    return sorted(rows.values(), key=lambda row: (row["dataset"], row["text"]))


def _rows(conditions: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for each in conditions:
        yield from each["facts"]
        yield from _rows(each.get("within", ()))


def _timeline(decision: Mapping[str, Any], money: Mapping[str, Any] | Missing, *, own: bool) -> list[dict[str, Any]]:
    """Return what was done to a decision and what became of its money, as one list by time.

    An enterprise is shown neither who did it nor what offices only enter in their books.
    """
    done = [
        {
            "at": act["acted_at"],
            "act": act["act"],
            "step": act["step"],
            "actor": "" if own else act["actor"],
            "reason": "" if act["reason"] == _DECLINED else act["reason"],
            "page": _objection(act["reason"]),
        }
        for act in decision["acts"]
    ]
    if isinstance(money, Mapping):
        pages = {order["id"]: f"/payment-orders/{order['id']}" for order in money["orders"]}
        pages |= {recovery["id"]: f"/recoveries/{recovery['id']}" for recovery in money["recoveries"]}
        done += [
            {
                "at": step["at"],
                "money": step["step"],
                "unit": step["unit"],
                "amount_fen": step["amount_fen"],
                "actor": "" if own else step["actor"],
                "page": pages.get(step["reference"], ""),
            }
            for step in money["steps"]
            if not (own and step["step"] in OF_OFFICES)
        ]
    return sorted(done, key=lambda entry: str(entry["at"]))


def _objection(reason: str | None) -> str:
    """Return the page of the objection that a reason names, as eligibility writes it."""
    kind, _, number = (reason or "").partition(" ")
    return f"/objections/{number}" if kind == "objection" else ""


def _reviewers(desk: Desk, decision: Mapping[str, Any]) -> list[str]:
    """Return as whom the person may review: the steps of the decision that are the person's own."""
    own = {f"review:{desk.person.department}", "review:district" if desk.person.jurisdiction else ""}
    return [step["step"].partition(":")[2] for step in decision["steps"] if step["step"] in own]
