"""Recoveries: money that has to come back, the act that claims it, and what became of it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import OwnDesk, together
from services.desk.downloads import paper_type, passed_on
from services.desk.rendering import page
from shared.policies import UNITS

router = APIRouter()
PARTS_OF_A_PLAN = 4
"""How many instalments the form of a plan has room for; those that are left empty are not sent."""


@router.get("/recoveries")
async def show_recoveries(
    request: Request,
    desk: OwnDesk,
    unit: str = "",
    uscc: str = "",
    award_id: str = "",
    outstanding: str = "",
    cursor: str = "",
) -> Response:
    """Show recoveries that match the filters."""
    found = await desk.payout.list_recoveries(
        unit=unit, uscc=uscc, award_id=award_id, outstanding=outstanding, cursor=cursor
    )
    return page(request, "recoveries.html", found=found, units=UNITS)


@router.get("/recoveries/{recovery_id}")
@router.get("/recoveries/{recovery_id}/act")
@router.get("/recoveries/{recovery_id}/repayments")
async def show_recovery(request: Request, desk: OwnDesk, recovery_id: str) -> Response:
    """Show a recovery: its act with the payee's statements, its plans, its repayments."""
    found = await together(
        recovery=desk.payout.get_recovery(recovery_id),
        act=desk.payout.get_recovery_act(recovery_id),
        repayments=desk.payout.list_repayments(recovery_id),
    )
    recovery = found["recovery"] or await desk.payout.get_recovery(recovery_id)
    empty = {f"parts.{place}.{name}": [""] for place in range(PARTS_OF_A_PLAN) for name in ("due_on", "amount_fen")}
    return page(
        request, "recovery.html", **{**found, "recovery": recovery, "empty": empty | {"term_working_days": ["15"]}}
    )


@router.get("/recoveries/{recovery_id}/letter")
async def get_letter(desk: OwnDesk, recovery_id: str, format: str = "") -> Response:  # noqa: A002 - the parameter's name
    """Give the letter of a recovery, as a page or as a document."""
    return passed_on(await desk.payout.get_recovery_letter(recovery_id, accept=paper_type(format)))
