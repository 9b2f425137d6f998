"""Rounds: how far each decision is, who is waited for, and what is done with thousands at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import OwnDesk, together
from services.desk.downloads import paper_type, passed_on
from services.desk.rendering import page, today
from shared.media_types import ZIP
from shared.policies import FIRST_POLICY

router = APIRouter()
STATES = ("proposed", "in_notice", "suspended", "approved", "rejected", "superseded")
_NOT_GIVEN = ("rejected", "superseded")
"""States of decisions whose amount is not given: sums leave them out."""
LISTED = 100
"""The most decisions that a page offers to leave out of a bulk act."""


@router.get("/rounds")
async def show_rounds(request: Request, desk: OwnDesk, cursor: str = "") -> Response:
    """List the rounds."""
    found = await together(
        rounds=desk.eligibility.list_rounds(cursor=cursor), policy=desk.eligibility.get_policy(FIRST_POLICY)
    )
    return page(request, "rounds.html", **found)


@router.get("/rounds/{round_id}")
async def show_round(request: Request, desk: OwnDesk, round_id: str) -> Response:
    """Show a round: counts and sums, who is waited for, and the acts on all of it."""
    found = await desk.eligibility.get_round(round_id)
    possible, steps = found["possible_acts"], {each["step"] for each in found["waits"]}
    reviews = [f"review:{each}" for each in _reviewers(desk)] if "start_review" in possible else []
    calls = {"notices": desk.eligibility.list_notices(round_id=round_id)}
    if "start_approval" in possible and "approval" in steps:
        calls["risks"] = desk.eligibility.list_round_risks(round_id, limit=LISTED)
    for number, review in enumerate(reviews):
        if review in steps:
            calls[f"review_{number}"] = desk.eligibility.list_decisions(
                round_id=round_id, waiting_for=review, limit=LISTED
            )
    parts = await together(**calls)
    waiting = {
        review.partition(":")[2]: parts[f"review_{number}"]
        for number, review in enumerate(reviews)
        if f"review_{number}" in parts
    }
    return page(
        request,
        "round.html",
        round=found,
        possible=possible,
        waits={each["step"]: each for each in found["waits"]},
        states=[state for state in STATES if any(each["state"] == state for each in found["totals"])],
        given=_given(found["totals"]),
        by_award=_summed(found["totals"], "award"),
        by_jurisdiction=_summed(found["totals"], "jurisdiction"),
        approvable=_approvable(found["totals"]),
        waiting=waiting,
        notices=parts["notices"],
        risks=parts.get("risks"),
    )


@router.get("/rounds/{round_id}/budgets")
async def show_effect_on_budgets(request: Request, desk: OwnDesk, round_id: str) -> Response:
    """Show what the open proposals of a round would take from each budget of this year."""
    year = today(request).year
    found = await together(budgets=desk.payout.forecast_budgets(year=year, round_id=round_id))
    return page(request, "_round_budgets.html", **found, year=year)


@router.get("/rounds/{round_id}/allocation-plan")
async def show_allocation_plan(desk: OwnDesk, round_id: str, form: str = "html") -> Response:
    """Show the allocation plan of a round, or give it as a document."""
    return passed_on(await desk.eligibility.get_allocation_plan(round_id, accept=paper_type(form)))


@router.get("/letter-batches/{batch_id}")
async def show_letters(request: Request, desk: OwnDesk, batch_id: str) -> Response:
    """Show the letters of a round once they are made."""
    return page(request, "letters.html", batch=await desk.eligibility.get_letter_batch(batch_id))


@router.get("/letter-batches/{batch_id}/archive")
async def download_letters(desk: OwnDesk, batch_id: str, form: str = "docx") -> Response:
    """Give the letters of a round as one archive."""
    return passed_on(await desk.eligibility.get_letter_archive(batch_id, form=form, accept=ZIP))


def _reviewers(desk: OwnDesk) -> list[str]:
    person = desk.person
    return [*([person.department] if person.department else []), *(["district"] if person.jurisdiction else [])]


def _summed(totals: Iterable[Mapping[str, Any]], by: str) -> dict[str, dict[str, dict[str, int]]]:
    """Return decisions and fen by what `by` names and by state, and of all that may be given under an empty state."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for each in totals:
        cells = found.setdefault(each[by], {"": {"decisions": 0, "entitlement_fen": 0}})
        counted = [cells.setdefault(each["state"], {"decisions": 0, "entitlement_fen": 0})]
        if each["state"] not in _NOT_GIVEN:
            counted.append(cells[""])
        for cell in counted:
            for name in cell:
                cell[name] += each[name]
    return dict(sorted(found.items()))


def _given(totals: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many decisions are in force or open, and their sum; how many were rejected or replaced."""
    rows = list(totals)
    given = [each for each in rows if each["state"] not in _NOT_GIVEN]
    return {
        "decisions": sum(each["decisions"] for each in given),
        "entitlement_fen": sum(each["entitlement_fen"] for each in given),
        "left_out": sum(each["decisions"] for each in rows) - sum(each["decisions"] for each in given),
    }


def _approvable(totals: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what waits for approval alone: how many, their sum, and how many by award and by jurisdiction."""
    waiting = [each for each in totals if each["waiting_for"] == ["approval"] and each["state"] == "proposed"]
    counted: dict[str, dict[str, int]] = {"award": {}, "jurisdiction": {}}
    for each in waiting:
        for name, counts in counted.items():
            counts[each[name]] = counts.get(each[name], 0) + each["decisions"]
    return {
        "decisions": sum(each["decisions"] for each in waiting),
        "entitlement_fen": sum(each["entitlement_fen"] for each in waiting),
        **counted,
    }
