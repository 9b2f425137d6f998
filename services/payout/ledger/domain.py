"""The chart of accounts. Pure. `docs/ledger.md` explains it to an accountant.

Money in: `treasury:<unit>` → `budget:<unit>:<year>` (free) → `reserved:<award>:<unit>` (funded orders) → `payee:<uscc>`,
and back: `payee:<uscc>` → `recovered:<unit>:<year>`.

Obligations beside it: `expense:<unit>` → `award:<award>:<unit>` holds what the version in force entitles to;
`claims:<unit>` → `claim:<award>:<unit>` what has to come back.

The balance of an account is what came in less what went out, fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


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


def appropriation(unit: str, year: int, amount_fen: int, document: str) -> Posting:
    """Post money given to a budget, or with a negative amount taken from it."""
    treasury, budget = f"treasury:{unit}", f"budget:{unit}:{year}"
    if amount_fen > 0:
        return Posting("appropriation", treasury, budget, amount_fen, unit, document=document)
    return Posting("reduction", budget, treasury, -amount_fen, unit, document=document)


def carried_over(unit: str, year: int, amount_fen: int, document: str) -> Posting:
    """Post that so much of a budget is carried over to the year after."""
    accounts = f"budget:{unit}:{year}", f"budget:{unit}:{year + 1}"
    return Posting("carried_over", *accounts, amount_fen, unit, document=document)


def recognition(
    award_id: str, version: int, shares_before: Mapping[str, int], shares_now: Mapping[str, int]
) -> list[Posting]:
    """Post what `version` changes of what each unit owes to the award (shares in fen by unit)."""
    made = []
    for unit in sorted({*shares_before, *shares_now}):
        change = shares_now.get(unit, 0) - shares_before.get(unit, 0)
        expense, award = f"expense:{unit}", f"award:{award_id}:{unit}"
        if change > 0:
            made.append(Posting("recognised", expense, award, change, unit, award_id, version))
        elif change < 0:
            made.append(Posting("restated", award, expense, -change, unit, award_id, version))
    return made


def reserved(award_id: str, unit: str) -> str:
    """Name the account that holds the money of an award's funded orders of `unit`."""
    return f"reserved:{award_id}:{unit}"


def funding(order_id: str, award_id: str, version: int, unit: str, year: int, amount_fen: int) -> Posting:
    """Post the reservation of an order's money."""
    return Posting(
        "funded", f"budget:{unit}:{year}", reserved(award_id, unit), amount_fen, unit, award_id, version, order_id
    )


def release(order_id: str, award_id: str, version: int, unit: str, year: int, amount_fen: int) -> Posting:
    """Post the return of a cancelled order's money to its budget."""
    return Posting(
        "released", reserved(award_id, unit), f"budget:{unit}:{year}", amount_fen, unit, award_id, version, order_id
    )


def claim(award_id: str, version: int, unit: str, amount_fen: int, recovery_id: str | None) -> Posting:
    """Post that `amount_fen` has to come back, or with a negative amount that so much of the claim is dropped."""
    claims, own = f"claims:{unit}", f"claim:{award_id}:{unit}"
    if amount_fen > 0:
        return Posting("claimed", claims, own, amount_fen, unit, award_id, version, recovery_id=recovery_id)
    return Posting("claim_dropped", own, claims, -amount_fen, unit, award_id, version, recovery_id=recovery_id)


def payment(order_id: str, award_id: str, version: int, unit: str, uscc: str, amount_fen: int) -> Posting:
    """Post that an order's money reached the payee."""
    return Posting(
        "paid", reserved(award_id, unit), f"payee:{uscc}", amount_fen, unit, award_id, version, order_id=order_id
    )


def repayment(
    award_id: str,
    version: int,
    unit: str,
    uscc: str,
    year: int,
    amount_fen: int,
    recovery_id: str,
    reference: str,
) -> list[Posting]:
    """Post that money came back from the payee, and that so much of the claim is met."""
    claim_account = f"claim:{award_id}:{unit}"
    back = ("repaid", f"payee:{uscc}", f"recovered:{unit}:{year}")
    met = ("claim_met", claim_account, f"claims:{unit}")
    return [
        Posting(*accounts, amount_fen, unit, award_id, version, recovery_id=recovery_id, document=reference)
        for accounts in (back, met)
    ]


def written_off(award_id: str, version: int, unit: str, amount_fen: int, recovery_id: str) -> Posting:
    """Post that so much of a claim is given up."""
    accounts = (f"claim:{award_id}:{unit}", f"written_off:{unit}")
    return Posting("written_off", *accounts, amount_fen, unit, award_id, version, recovery_id=recovery_id)
