"""The books of payout: reconciliation, the ledger, the year's report, the export for auditors."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.desk.desk import OwnDesk, together
from services.desk.downloads import passed_on
from services.desk.rendering import page, today
from shared.media_types import XLSX, ZIP
from shared.policies import UNITS

router = APIRouter()
FIRST_YEAR = 2020
ENTRY_FILTERS = ("account", "award_id", "order_id", "unit", "kind")


@router.get("/reconciliation")
async def show_reconciliation(request: Request, desk: OwnDesk) -> Response:
    """Compare everything that is stored in two places."""
    found = await desk.payout.reconcile_books()
    return page(request, "reconciliation.html", found=found)


@router.get("/reports/audit-export")
async def get_audit_export(desk: OwnDesk) -> Response:
    """Give the archive for auditors."""
    return passed_on(await desk.payout.export_for_auditors(accept=ZIP))


@router.get("/ledger")
@router.get("/ledger/entries")
async def show_entries(request: Request, desk: OwnDesk, cursor: str = "") -> Response:
    """Show postings that match the filters."""
    filters = {name: request.query_params.get(name, "") for name in ENTRY_FILTERS}
    found = await desk.payout.list_ledger_entries(**filters, cursor=cursor)
    return page(request, "ledger.html", found=found, filters=filters, units=UNITS)


@router.get("/ledger/balances")
async def show_balances(
    request: Request, desk: OwnDesk, prefix: str = "budget:", on: str = "", cursor: str = ""
) -> Response:
    """Show accounts with what came in, what went out and what is left."""
    found = await desk.payout.list_ledger_balances(prefix=prefix, on=on, cursor=cursor)
    return page(request, "balances.html", found=found, prefix=prefix, on=on)


@router.get("/ledger/chain")
async def show_chain(request: Request, desk: OwnDesk) -> Response:
    """Compute the hash chain of the ledger again."""
    found = await together(chain=desk.payout.verify_ledger_chain())
    return page(request, "chain.html", chain=found["chain"])


@router.get("/reports")
async def show_reports(request: Request, desk: OwnDesk) -> Response:  # noqa: ARG001 - for whoever is signed in
    """Go to the report of this year."""
    return RedirectResponse(f"/reports/{today(request).year}", 303)


@router.get("/reports/{year:int}")
async def show_report(request: Request, desk: OwnDesk, year: int) -> Response:
    """Show the report of a budget year."""
    report = await desk.payout.get_year_report(year)
    years = range(FIRST_YEAR, today(request).year + 1)
    return page(request, "report.html", report=report, years=years)


@router.get("/reports/{year:int}/file")
async def get_report_file(desk: OwnDesk, year: int) -> Response:
    """Give the report of a budget year as a workbook."""
    return passed_on(await desk.payout.get_year_report_file(year, accept=XLSX))
