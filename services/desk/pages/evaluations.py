"""Evaluations: how one went, what it found, and how near an enterprise is to what it does not get."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import Desk, OwnDesk, together
from services.desk.pages.cases import SHOWN
from services.desk.rendering import page, today
from shared.policies import AWARD_TITLES, FIRST_POLICY, POLICIES

router = APIRouter()


@router.get("/evaluations/{evaluation_id}")
async def show_evaluation(request: Request, desk: OwnDesk, evaluation_id: str) -> Response:
    """Show an evaluation: how far it is, and what it proposed."""
    evaluation = await desk.eligibility.get_evaluation(evaluation_id)
    found = await together(policy=desk.eligibility.get_policy(evaluation["policy"]))
    return page(request, "evaluation.html", evaluation=evaluation, **found)


@router.get("/evaluations/{evaluation_id}/outcomes")
async def show_outcomes(
    request: Request, desk: OwnDesk, evaluation_id: str, result: str = "", cursor: str = ""
) -> Response:
    """Show the outcomes of an evaluation page by page; what is refused is computed when it is asked for."""
    found = await desk.eligibility.list_outcomes(evaluation_id, result=result, limit=SHOWN, cursor=cursor)
    return page(request, "outcomes.html", found=found, evaluation_id=evaluation_id, result=result)


@router.get("/evaluations/{evaluation_id}/distances")
async def show_distances(request: Request, desk: OwnDesk, evaluation_id: str, award: str = "") -> Response:
    """Show how many cases of an award are in each tier, and how near the refused ones are to what they lack."""
    evaluation = await desk.eligibility.get_evaluation(evaluation_id)
    chosen = award if award in AWARD_TITLES else next(iter(AWARD_TITLES))
    found = await desk.eligibility.get_distances(evaluation_id, award=chosen)
    measured = [each for each in found["conditions"] if each["bands"]]
    context = {"awards": AWARD_TITLES, "evaluation": evaluation, "measured": measured}
    return page(request, "distances.html", found=found, **context)


@router.get("/assessments/{uscc}")
async def show_assessment(
    request: Request, desk: OwnDesk, uscc: str, year: int = 0, award: str = "", policy: str = ""
) -> Response:
    """Show what an enterprise could get in a year on today's facts, and what it lacks; nothing is decided."""
    policy = policy if policy in POLICIES else FIRST_POLICY
    years = POLICIES[policy].award_years
    asked = year if year in years else years[-1]
    assessment = await assess(request, desk, uscc, policy, [asked])
    awards = [each for each in assessment["awards"] if award in ("", each["award"])]
    stopped = {each["award"]: each for each in assessment["stopped"]}
    context = {"years": years, "awards": awards, "stopped": stopped, "assessment": assessment}
    return page(request, "assessment.html", uscc=uscc, year=asked, **context)


async def assess(request: Request, desk: Desk, uscc: str, policy: str, years: list[int]) -> Any:
    """Return the assessment of an enterprise on the newest facts, as of today."""
    body = {
        "policy": policy,
        "decided_on": today(request).isoformat(),
        "award_years": years,
        "uscc": uscc,
        "from_registry": True,
    }
    return await desk.eligibility.assess_enterprise(body)
