"""Refusals: a list with filters, and one with why, what was stated about it, and its letter."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import OwnDesk
from services.desk.downloads import paper_type, passed_on
from services.desk.pages.cases import SHOWN, facts_of
from services.desk.rendering import page
from shared.authorization import Scope

router = APIRouter()
_FILTERS = ("uscc", "award", "award_year", "state")
STATES = ("proposed", "issued", "superseded")


@router.get("/refusals")
async def show_refusals(request: Request, desk: OwnDesk, cursor: str = "") -> Response:
    """Show the refusals that the filters in the address leave, page by page."""
    filters = {name: request.query_params[name].strip() for name in _FILTERS if request.query_params.get(name)}
    found = await desk.eligibility.list_refusals(**filters, limit=SHOWN, cursor=cursor)
    return page(
        request,
        "refusals.html",
        found=found,
        states=STATES,
        may_draw_up=bool(desk.person.scopes & {Scope.REFUSALS_WRITE, Scope.OWN_WRITE}),
    )


@router.get("/refusals/{refusal_id}")
async def show_refusal(request: Request, desk: OwnDesk, refusal_id: str) -> Response:
    """Show a refusal."""
    refusal = await desk.eligibility.get_refusal(refusal_id)
    own = desk.person.uscc is not None
    return page(request, "refusal.html", refusal=refusal, facts=facts_of(refusal["explanation"]), own=own)


@router.get("/refusals/{refusal_id}/letter")
async def show_refusal_letter(desk: OwnDesk, refusal_id: str, form: str = "html") -> Response:
    """Show the letter of a refusal, a draft until it is issued, or download it to be edited and stamped."""
    return passed_on(await desk.eligibility.get_refusal_letter(refusal_id, accept=paper_type(form)))
