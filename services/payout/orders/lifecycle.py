"""The life of a payment order: which acts move it from which state to which. Pure.

`transitions.py` is the only module that writes payment orders; triggers of the database refuse every move that is not here, and
every change of an immutable column. `docs/payment-order-lifecycle.md` is generated from this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from services.payout.enums import OrderState


class Act(StrEnum):
    """What moves a payment order."""

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
}
"""To which states an act can move an order. A cancelled order that failed or was returned keeps its state and is no longer live."""

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
"""Columns that never change. `budget_year` changes only when an order is funded or entered again."""

STATES: Mapping[OrderState, str] = {
    _S.WAITING: "waits for its due year, the release of a hold, an account of the payee, or money",
    _S.ISSUED: "its money is reserved in a budget; another person has to approve it",
    _S.APPROVED: "approved, with the revision of the payee's account; ready for a batch",
    _S.BATCHED: "in the file of a batch, with the bank",
    _S.SETTLED: "paid by the bank, or settled by netting",
    _S.FAILED: "the bank could not pay; while it is live its money stays reserved, for the order that takes its place",
    _S.RETURNED: "the bank paid and the money came back; otherwise like a failed order",
    _S.CANCELLED: "not owed any more, or replaced by another order; its money went back to the budget",
}
"""What each state means."""

ACTS: Mapping[Act, tuple[str, str]] = {
    Act.ORDER: ("an event `award.decided`", "an instalment of a unit's share, or what is owed on top, is ordered"),
    Act.REPLACE: (
        "an event `award.decided`; `POST /v1/payment-orders/{id}/reissue`; `POST /v1/recoveries/{id}/net`",
        "takes the place of an order that was cut through, failed, came back, or was netted in part",
    ),
    Act.RECONSIDER: (
        "the worker; `POST /v1/awards/{id}/hold`, `/release`; `POST /v1/payees/{uscc}/hold`, `/release`",
        "what it waits for is set anew; one that has its money and waits for nothing is issued",
    ),
    Act.FUND: ("the worker's funding pass", "its money is reserved in the budget of the year"),
    Act.APPROVE: (
        "`POST /v1/payment-orders/{id}/approve`, `POST /v1/payment-orders/approvals`",
        "another person than its issuer approves it",
    ),
    Act.POSTPONE: ("the same as `approve`", "the payee has no account: it waits for one and keeps its money"),
    Act.REVOKE: (
        "`POST /v1/payment-batches`",
        "the account is not the one that was approved: it has to be approved again",
    ),
    Act.BATCH: ("`POST /v1/payment-batches`", "another person than its approver puts it into a batch"),
    Act.SETTLE: ("`POST /v1/payment-batches/{id}/results`", "the bank paid it"),
    Act.FAIL: ("`POST /v1/payment-batches/{id}/results`", "the bank could not pay it"),
    Act.RETURN: ("`POST /v1/payment-batches/{id}/results`", "the money came back from the payee's bank"),
    Act.NET: ("`POST /v1/recoveries/{id}/net`", "settled against a recovery, without the bank"),
    Act.CANCEL: (
        "an event `award.decided`; or with `replace`",
        "it is not owed any more, or another takes its place; one that failed or came back keeps its state",
    ),
    Act.REENTER: (
        "`POST /v1/payment-batches/reentries`",
        "after the database was restored: a file that went to the bank is entered again, and its orders with it",
    ),
}
"""Which request or process does each act, and what it means."""


def sources(act: Act) -> frozenset[OrderState]:
    """Return the states in which `act` is possible."""
    return frozenset(state for state, possible in TRANSITIONS if possible is act)
