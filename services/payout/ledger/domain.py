"""The chart of accounts, and the postings that it allows. Pure. `docs/ledger.md` explains it to an accountant.

Money: `treasury:<unit>` → `budget:<unit>:<year>` (free) → `reserved:<award>:<unit>` (funded orders) → `payee:<uscc>`,
and back: `payee:<uscc>` → `recovered:<unit>:<year>`.

Obligations: `expense:<unit>` → `award:<award>:<unit>` holds what the version in force entitles to;
`claims:<unit>` → `claim:<award>:<unit>` what must be repaid.

The balance of an account is its inflow less its outflow, fen. Python names accounts in this module only; statements use the
SQL functions `budget_account`, `reserved_account`, `award_account` and `payee_account`. Statements that move orders
(`orders/queries/transitions.sql`) write postings too, which `ck_postings_chart` checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

CHART: Mapping[str, tuple[str, str]] = {
    "appropriation": ("treasury", "budget"),
    "reduction": ("budget", "treasury"),
    "carried_over": ("budget", "budget"),
    "recognised": ("expense", "award"),
    "restated": ("award", "expense"),
    "funded": ("budget", "reserved"),
    "released": ("reserved", "budget"),
    "paid": ("reserved", "payee"),
    "returned": ("payee", "reserved"),
    "repaid": ("payee", "recovered"),
    "claimed": ("claims", "claim"),
    "claim_dropped": ("claim", "claims"),
    "claim_met": ("claim", "claims"),
    "written_off": ("claim", "written_off"),
}
"""From which kind of account to which each kind of posting goes. `ck_postings_chart` repeats it."""


class NotInChartError(ValueError):
    """A posting that the chart of accounts does not allow."""


class Posting(NamedTuple):
    """`amount_fen` (> 0) goes from `source` to `destination`; the fields are columns of `postings`."""

    kind: str
    source: str
    destination: str
    amount_fen: int
    unit: str
    award_id: str | None = None
    version: int | None = None
    order_id: str | None = None
    recovery_id: str | None = None
    document: str | None = None


def checked(posting: Posting) -> Posting:
    """Return `posting`; raises NotInChartError if the chart does not allow it."""
    accounts = (posting.source.partition(":")[0], posting.destination.partition(":")[0])
    if CHART.get(posting.kind) != accounts or posting.amount_fen <= 0:
        raise NotInChartError(f"{posting.kind}: {accounts[0]} to {accounts[1]}, {posting.amount_fen} fen")
    return posting


def budget(unit: str, year: int) -> str:
    """Name the account of what is free in a budget."""
    return f"budget:{unit}:{year}"


def reserved(award_id: str, unit: str) -> str:
    """Name the account of the money reserved for an award's funded orders."""
    return f"reserved:{award_id}:{unit}"


def entitled(award_id: str, unit: str) -> str:
    """Name the account of what a unit owes to an award."""
    return f"award:{award_id}:{unit}"


def payee(uscc: str) -> str:
    """Name the account of what a payee received."""
    return f"payee:{uscc}"


def _claim(award_id: str, unit: str) -> str:
    return f"claim:{award_id}:{unit}"


def appropriation(unit: str, year: int, amount_fen: int, document: str) -> Posting:
    """Post money given to a budget, or with a negative amount taken from it."""
    treasury, own = f"treasury:{unit}", budget(unit, year)
    if amount_fen > 0:
        return checked(Posting("appropriation", treasury, own, amount_fen, unit, document=document))
    return checked(Posting("reduction", own, treasury, -amount_fen, unit, document=document))


def carried_over(unit: str, year: int, amount_fen: int, document: str) -> Posting:
    """Post that so much of a budget is carried over to the year after."""
    accounts = budget(unit, year), budget(unit, year + 1)
    return checked(Posting("carried_over", *accounts, amount_fen, unit, document=document))


def recognition(
    award_id: str, version: int, shares_before: Mapping[str, int], shares_now: Mapping[str, int]
) -> list[Posting]:
    """Post what `version` changes of what each unit owes to the award (shares in fen by unit)."""
    made = []
    for unit in sorted({*shares_before, *shares_now}):
        change = shares_now.get(unit, 0) - shares_before.get(unit, 0)
        expense, award = f"expense:{unit}", entitled(award_id, unit)
        if change > 0:
            made.append(checked(Posting("recognised", expense, award, change, unit, award_id, version)))
        elif change < 0:
            made.append(checked(Posting("restated", award, expense, -change, unit, award_id, version)))
    return made


def funding(order_id: str, award_id: str, version: int, unit: str, year: int, amount_fen: int) -> Posting:
    """Post the reservation of an order's money."""
    accounts = budget(unit, year), reserved(award_id, unit)
    return checked(Posting("funded", *accounts, amount_fen, unit, award_id, version, order_id))


def release(order_id: str, award_id: str, version: int, unit: str, year: int, amount_fen: int) -> Posting:
    """Post the return of a cancelled order's money to its budget."""
    accounts = reserved(award_id, unit), budget(unit, year)
    return checked(Posting("released", *accounts, amount_fen, unit, award_id, version, order_id))


def payment(order_id: str, award_id: str, version: int, unit: str, uscc: str, amount_fen: int) -> Posting:
    """Post that an order's money reached the payee."""
    accounts = reserved(award_id, unit), payee(uscc)
    return checked(Posting("paid", *accounts, amount_fen, unit, award_id, version, order_id))


def claim(award_id: str, version: int, unit: str, amount_fen: int, recovery_id: str | None) -> Posting:
    """Post that `amount_fen` has to come back, or with a negative amount that so much of the claim is dropped."""
    claims, own = f"claims:{unit}", _claim(award_id, unit)
    if amount_fen > 0:
        return checked(Posting("claimed", claims, own, amount_fen, unit, award_id, version, recovery_id=recovery_id))
    return checked(Posting("claim_dropped", own, claims, -amount_fen, unit, award_id, version, recovery_id=recovery_id))


def repayment(
    award_id: str, version: int, unit: str, uscc: str, year: int, amount_fen: int, recovery_id: str, reference: str
) -> list[Posting]:
    """Post that money came back from the payee, and that so much of the claim is met."""
    back = ("repaid", payee(uscc), f"recovered:{unit}:{year}")
    met = ("claim_met", _claim(award_id, unit), f"claims:{unit}")
    return [
        checked(Posting(*accounts, amount_fen, unit, award_id, version, recovery_id=recovery_id, document=reference))
        for accounts in (back, met)
    ]


def written_off(award_id: str, version: int, unit: str, amount_fen: int, recovery_id: str) -> Posting:
    """Post that so much of a claim is given up."""
    accounts = _claim(award_id, unit), f"written_off:{unit}"
    return checked(Posting("written_off", *accounts, amount_fen, unit, award_id, version, recovery_id=recovery_id))
