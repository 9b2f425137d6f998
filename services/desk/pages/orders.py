"""Payment orders: lists with bulk approval, one order with what checks say of it, holds, findings, and an award's money."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import OwnDesk, together
from services.desk.downloads import paper_type, passed_on
from services.desk.rendering import page
from shared.media_types import XLSX
from shared.policies import AWARD_TITLES, UNITS

router = APIRouter()
STATES = ("waiting", "issued", "approved", "batched", "settled", "failed", "returned", "cancelled")
FILTERS = ("unit", "state", "waiting_for", "due_year", "award", "award_id", "uscc", "batch_id")


@router.get("/payment-orders")
async def show_orders(request: Request, desk: OwnDesk, cursor: str = "") -> Response:
    """Show the payment orders that match the filters; those that are issued can be approved in bulk."""
    filters = {name: request.query_params.get(name, "") for name in FILTERS}
    found = await desk.payout.list_payment_orders(**filters, cursor=cursor)
    of_budget = filters["unit"] and not any(filters[name] for name in FILTERS[4:])
    bulk = bool(of_budget and filters["state"] == "issued" and found["possible_acts"])
    totals = (await together(totals=desk.payout.total_payment_orders()))["totals"] if bulk else ()
    return page(
        request,
        "payment_orders.html",
        found=found,
        filters=filters,
        bulk=bulk,
        in_bulk=[
            each
            for each in totals or ()
            if (each["unit"], each["state"]) == (filters["unit"], "issued")
            and filters["due_year"] in ("", str(each["due_year"]))
        ],
        states=STATES,
        units=UNITS,
        awards=AWARD_TITLES,
    )


@router.get("/payment-orders.xlsx")
async def get_orders_sheet(request: Request, desk: OwnDesk) -> Response:
    """Give all payment orders that match the filters as a workbook."""
    filters = {name: request.query_params.get(name, "") for name in FILTERS}
    return passed_on(await desk.payout.list_payment_orders_file(**filters, accept=XLSX))


@router.get("/payment-orders/{order_id}")
async def show_order(request: Request, desk: OwnDesk, order_id: str) -> Response:
    """Show an order, what the checks would find about it today, and the corrections of its result."""
    found = await together(
        order=desk.payout.get_payment_order(order_id),
        checks=desk.payout.check_payment_order(order_id),
        corrections=desk.payout.list_result_corrections(order_id=order_id),
    )
    order = found["order"] or await desk.payout.get_payment_order(order_id)
    return page(request, "payment_order.html", **{**found, "order": order})


@router.get("/payment-findings")
async def show_findings(request: Request, desk: OwnDesk, open: str = "", cursor: str = "") -> Response:  # noqa: A002 - the filter's name
    """Show what checks before payment found."""
    found = await desk.payout.list_payment_findings(open=open or None, cursor=cursor)
    return page(request, "payment_findings.html", found=found, is_open=open == "true")


@router.get("/holds")
async def show_holds(request: Request, desk: OwnDesk, in_force: str = "", cursor: str = "") -> Response:
    """Show holds on awards and payees, with what may be done about each."""
    found = await desk.payout.list_holds(in_force=in_force or None, cursor=cursor)
    return page(request, "holds.html", found=found, in_force=in_force == "true")


@router.get("/awards/{award_id}")
async def show_award(request: Request, desk: OwnDesk, award_id: str) -> Response:
    """Show an award's money from its decisions to the bank: shares, orders, recoveries, and each step."""
    award = await desk.payout.get_award_timeline(award_id)
    return page(request, "award.html", award=award)


@router.get("/payees/{uscc}/statement")
async def get_statement(desk: OwnDesk, uscc: str, format: str = "") -> Response:  # noqa: A002 - the parameter's name
    """Give the statement of a payee, as a page or as a document."""
    return passed_on(await desk.payout.get_payee_statement(uscc, accept=paper_type(format)))
