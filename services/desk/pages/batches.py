"""Payment batches: what goes to the bank, what it answers, corrections, and files that are entered again after a restore."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import OwnDesk, together
from services.desk.downloads import passed_on
from services.desk.rendering import page
from shared.policies import UNITS

router = APIRouter()


@router.get("/payment-batches")
async def show_batches(request: Request, desk: OwnDesk, unit: str = "", cursor: str = "") -> Response:
    """Show payment batches, and how many orders could go into the next one."""
    found = await together(
        batches=desk.payout.list_payment_batches(unit=unit, cursor=cursor), totals=desk.payout.total_payment_orders()
    )
    batches = found["batches"] or await desk.payout.list_payment_batches(unit=unit, cursor=cursor)
    approved = {
        each: [one for one in found["totals"] or () if one["unit"] == each and one["state"] == "approved"]
        for each in UNITS
    }
    return page(request, "payment_batches.html", found=batches, approved=approved, units=UNITS)


@router.get("/payment-batches/reentries/{reentry_id}")
async def show_reentry(request: Request, desk: OwnDesk, reentry_id: str, cursor: str = "") -> Response:
    """Show a file that was entered again, row by row."""
    found = await desk.payout.get_reentry(reentry_id, cursor=cursor)
    return page(request, "reentry.html", found=found)


@router.get("/restorations")
async def show_restorations(request: Request, desk: OwnDesk, cursor: str = "") -> Response:
    """Show restorations, and the files that were entered again."""
    found = await together(
        restorations=desk.payout.list_restorations(), reentries=desk.payout.list_reentries(cursor=cursor)
    )
    return page(request, "restorations.html", **found)


@router.get("/payment-batches/reentries")
async def show_reentries(request: Request, desk: OwnDesk, cursor: str = "") -> Response:
    """Show the same as restorations: a file is entered again only while one is open."""
    return await show_restorations(request, desk, cursor)


@router.get("/payment-batches/{batch_id}")
async def show_batch(request: Request, desk: OwnDesk, batch_id: str, cursor: str = "") -> Response:
    """Show a batch with its orders, its files, and the results that persons entered."""
    found = await together(
        batch=desk.payout.get_payment_batch(batch_id),
        orders=desk.payout.list_payment_orders(batch_id=batch_id, cursor=cursor),
        results=desk.payout.list_payment_results(batch_id),
    )
    batch = found["batch"] or await desk.payout.get_payment_batch(batch_id)
    return page(request, "payment_batch.html", **{**found, "batch": batch})


@router.get("/payment-batches/{batch_id}/file")
async def get_batch_file(desk: OwnDesk, batch_id: str, format: str = "csv") -> Response:  # noqa: A002 - the parameter's name
    """Give the file for the bank."""
    return passed_on(await desk.payout.get_payment_batch_file(batch_id, format=format, accept="*/*"))


@router.get("/payment-batches/{batch_id}/results/{results_id}")
async def show_results(request: Request, desk: OwnDesk, batch_id: str, results_id: str, cursor: str = "") -> Response:
    """Show results that a person entered, each beside its order."""
    found = await desk.payout.get_payment_results(batch_id, results_id, cursor=cursor)
    return page(request, "payment_results.html", found=found, batch_id=batch_id)


@router.get("/result-corrections")
async def show_corrections(request: Request, desk: OwnDesk, proposed: str = "", cursor: str = "") -> Response:
    """Show corrections of bank results."""
    found = await desk.payout.list_result_corrections(proposed=proposed or None, cursor=cursor)
    return page(request, "result_corrections.html", found=found, proposed=proposed == "true")
