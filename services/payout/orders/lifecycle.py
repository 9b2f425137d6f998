"""The life of a payment order: which acts move it from which state to which. Pure.

`transitions.py` is the only module that writes payment orders; triggers of the database refuse every move that is not here, and
every change of an immutable column. `docs/payment-order-lifecycle.md` shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from services.payout.enums import OrderState


class Act(StrEnum):
    """An act that changes the state of a payment order."""

    ORDER = "order"
    REPLACE = "replace"
    RECONSIDER = "reconsider"
    FUND = "fund"
    APPROVE = "approve"
    POSTPONE = "postpone"
    REVOKE = "revoke"
    BATCH = "batch"
    SETTLE = "settle"
    FAIL = "fail"
    RETURN = "return"
    NET = "net"
    CANCEL = "cancel"
    REENTER = "reenter"
    CORRECT = "correct"


_S = OrderState

BEGINNINGS: Mapping[Act, tuple[OrderState, ...]] = {
    Act.ORDER: (_S.WAITING,),
    Act.REPLACE: (_S.WAITING, _S.ISSUED),
    Act.REENTER: (_S.BATCHED,),
}
"""In which states an act lets a new order begin."""

TRANSITIONS: Mapping[tuple[OrderState, Act], tuple[OrderState, ...]] = {
    (_S.WAITING, Act.RECONSIDER): (_S.WAITING, _S.ISSUED),
    (_S.WAITING, Act.FUND): (_S.ISSUED,),
    (_S.WAITING, Act.CANCEL): (_S.CANCELLED,),
    (_S.WAITING, Act.REENTER): (_S.BATCHED,),
    (_S.ISSUED, Act.APPROVE): (_S.APPROVED,),
    (_S.ISSUED, Act.POSTPONE): (_S.WAITING,),
    (_S.ISSUED, Act.NET): (_S.SETTLED,),
    (_S.ISSUED, Act.CANCEL): (_S.CANCELLED,),
    (_S.ISSUED, Act.REENTER): (_S.BATCHED,),
    (_S.APPROVED, Act.BATCH): (_S.BATCHED,),
    (_S.APPROVED, Act.REVOKE): (_S.ISSUED,),
    (_S.APPROVED, Act.CANCEL): (_S.CANCELLED,),
    (_S.APPROVED, Act.REENTER): (_S.BATCHED,),
    (_S.BATCHED, Act.SETTLE): (_S.SETTLED,),
    (_S.BATCHED, Act.FAIL): (_S.FAILED,),
    (_S.BATCHED, Act.RETURN): (_S.RETURNED,),
    (_S.SETTLED, Act.RETURN): (_S.RETURNED,),
    (_S.FAILED, Act.CANCEL): (_S.FAILED,),
    (_S.RETURNED, Act.CANCEL): (_S.RETURNED,),
    (_S.CANCELLED, Act.REENTER): (_S.BATCHED,),
    (_S.SETTLED, Act.CORRECT): (_S.SETTLED, _S.FAILED, _S.RETURNED),
    (_S.FAILED, Act.CORRECT): (_S.SETTLED, _S.FAILED, _S.RETURNED),
    (_S.RETURNED, Act.CORRECT): (_S.SETTLED, _S.FAILED, _S.RETURNED),
}
"""To which states an act can move an order. One that failed or was returned keeps its state when cancelled, but is not live.
The database allows what only `CORRECT` does if two persons have made the correction."""

OUTCOMES: Mapping[str, Act] = {"settled": Act.SETTLE, "failed": Act.FAIL, "returned": Act.RETURN}
"""The act of each outcome that the bank reports."""

IMMUTABLE = (
    "id",
    "number",
    "award_id",
    "version",
    "unit",
    "instalment",
    "due_year",
    "amount_fen",
    "payee_uscc",
    "first_decided_on",
    "replaces",
    "reentered",
    "created_at",
)
"""Columns that never change. `budget_year` and `indicator_id` change only when an order is funded or entered again."""


def sources(act: Act) -> frozenset[OrderState]:
    """Return the states in which `act` is possible."""
    return frozenset(state for state, possible in TRANSITIONS if possible is act)
