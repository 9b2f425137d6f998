"""The room of money: what each budget has, what waits for it and why, its documents, and how awards are split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import Missing, OwnDesk, together
from services.desk.rendering import page, today
from shared.policies import UNITS

router = APIRouter()
SHOWN = 200
ROWS_OF_A_DRAFT = 4
"""How many rows the form of a new arrangement has; rows that are left empty are not sent."""


@router.get("/money")
async def show_money(request: Request, desk: OwnDesk) -> Response:
    """Show each budget, the queue against its free money, and what waits for what."""
    year = today(request).year
    found = await together(
        budgets=desk.payout.list_budgets(limit=SHOWN),
        totals=desk.payout.total_payment_orders(),
        holds=desk.payout.list_holds(in_force=True, limit=SHOWN),
        findings=desk.payout.list_payment_findings(open=True, limit=SHOWN),
        forecasts=desk.payout.forecast_budgets(year=year),
    )
    budgets = found["budgets"] or {"items": [], "possible_acts": []}
    totals: Sequence[Mapping[str, Any]] = found["totals"] or []
    current = found["forecasts"]["items"] if found["forecasts"] else []
    return page(
        request,
        "money.html",
        year=year,
        budgets=budgets,
        current=current,
        waiting=_summed(totals, ("unit", "waiting_for", "due_year"), lambda each: each["state"] == "waiting"),
        to_do=_summed(totals, ("unit", "state", "due_year"), lambda each: each["state"] in _TO_DO),
        costs=_costs(totals),
        holds=found["holds"],
        findings=found["findings"],
        missing=[each for each in found.values() if isinstance(each, Missing) and each.is_down][:1],
    )


_TO_DO = ("issued", "approved", "batched", "failed", "returned")


def _summed(totals: Iterable[Mapping[str, Any]], names: tuple[str, ...], chosen: Any) -> list[dict[str, Any]]:
    """Return how many orders and how much money the chosen totals have, by some of their members."""
    orders: Counter[tuple[Any, ...]] = Counter()
    fen: Counter[tuple[Any, ...]] = Counter()
    for each in totals:
        if chosen(each):
            key = tuple(each[name] for name in names)
            orders[key] += each["orders"]
            fen[key] += each["amount_fen"]
    return [
        dict(zip(names, key, strict=True)) | {"orders": orders[key], "amount_fen": fen[key]}
        for key in sorted(orders, key=str)
    ]


def _costs(totals: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what live orders cost by award, year and budget: an order's year is that of its budget, else its due year."""
    years: Counter[tuple[int, str]] = Counter()
    by_budget: Counter[tuple[str, str]] = Counter()
    for each in totals:
        years[each["budget_year"] or each["due_year"], each["award"]] += each["amount_fen"]
        by_budget[each["unit"], each["award"]] += each["amount_fen"]
    awards = sorted({award for _, award in years}, key=lambda award: -sum(by_budget[unit, award] for unit in UNITS))
    return {
        "awards": awards,
        "years": sorted({year for year, _ in years}),
        "units": [unit for unit in UNITS if any(by_budget[unit, award] for award in awards)],
        "by_year": years,
        "by_budget": by_budget,
    }


@router.get("/budgets/{unit}/{year}")
async def show_budget(request: Request, desk: OwnDesk, unit: str, year: int) -> Response:
    """Show a budget of a year: its documents, its indicators, and what will be needed."""
    found = await together(
        budget=desk.payout.get_budget(unit, year),
        drafts=desk.payout.list_appropriations(unit=unit, year=year, state="proposed"),
    )
    if not found["budget"]:
        found["budget"] = await desk.payout.get_budget(unit, year)
    return page(request, "budget.html", **found)


@router.get("/appropriations")
async def show_appropriations(
    request: Request, desk: OwnDesk, unit: str = "", year: str = "", state: str = "", cursor: str = ""
) -> Response:
    """Show documents that give money to budgets, drafts among them."""
    found = await desk.payout.list_appropriations(unit=unit, year=year, state=state, cursor=cursor)
    return page(request, "appropriations.html", found=found, units=UNITS, year=year or str(today(request).year))


@router.get("/arrangements")
async def show_arrangements(request: Request, desk: OwnDesk, cursor: str = "") -> Response:
    """Show fiscal arrangements, drafts among them."""
    found = await desk.payout.list_arrangements(cursor=cursor)
    names = ("jurisdiction", "award", "remainder_to", *(f"shares.{unit}" for unit in UNITS))
    empty = {f"rows.{place}.{name}": [""] for place in range(ROWS_OF_A_DRAFT) for name in names}
    return page(request, "arrangements.html", found=found, empty=empty)


@router.get("/arrangements/{arrangement_id}")
async def show_arrangement(request: Request, desk: OwnDesk, arrangement_id: str) -> Response:
    """Show an arrangement with its rows, and how it would split what is decided, with both ways to bear a shortage."""
    found = await together(
        arrangement=desk.payout.get_arrangement(arrangement_id), preview=desk.payout.preview_arrangement(arrangement_id)
    )
    arrangement = found["arrangement"] or await desk.payout.get_arrangement(arrangement_id)
    return page(request, "arrangement.html", arrangement=arrangement, preview=found["preview"])
