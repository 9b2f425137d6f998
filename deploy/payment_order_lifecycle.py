"""The life of a payment order as a page: a diagram and tables, written from the moves that exist.

`python -m deploy.payment_order_lifecycle` (`make lifecycle`) writes `docs/payment-order-lifecycle.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from services.payout.enums import OrderState
from services.payout.orders.lifecycle import BEGINNINGS, IMMUTABLE, TRANSITIONS, Act

PAGE = Path(__file__).parents[1] / "docs" / "payment-order-lifecycle.md"

STATES: Mapping[OrderState, str] = {
    OrderState.WAITING: "waits for its due year, the release of a hold, an account of the payee, or money",
    OrderState.ISSUED: "its money is reserved in a budget; another person has to approve it",
    OrderState.APPROVED: "approved, with the revision of the payee's account; ready for a batch",
    OrderState.BATCHED: "in the file of a batch, with the bank",
    OrderState.SETTLED: "paid by the bank, or settled by netting",
    OrderState.FAILED: "the bank could not pay; while it is live its money stays reserved, for the order that takes its place",
    OrderState.RETURNED: "the bank paid and the money came back; otherwise like a failed order",
    OrderState.CANCELLED: "not owed any more, or replaced by another order; its money went back to the budget",
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
        "what it waits for is updated; one that has its money and waits for nothing is issued",
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


def page() -> str:
    """Return the page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The life of a payment order"
    yield ""
    yield "Generated from `services/payout/orders/lifecycle.py`, not edited: `make lifecycle`. One module writes payment orders"
    yield "(`services/payout/orders/transitions.py`); triggers of the database refuse every move that is not here."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    arrows: dict[tuple[str, OrderState], list[Act]] = {}
    for act, states in BEGINNINGS.items():
        for state in states:
            arrows.setdefault(("[*]", state), []).append(act)
    for (source, act), targets in TRANSITIONS.items():
        for target in targets:
            arrows.setdefault((source, target), []).append(act)
    for (source_name, target), acts in arrows.items():
        yield f"    {source_name} --> {target}: {', '.join(acts)}"
    yield "    settled --> [*]"
    yield "    cancelled --> [*]"
    yield "```"
    yield ""
    yield "| state | means |"
    yield "|---|---|"
    for state in OrderState:
        yield f"| `{state}` | {STATES[state]} |"
    yield ""
    yield "| act | from | to | by | means |"
    yield "|---|---|---|---|---|"
    for act in Act:
        by, means = ACTS[act]
        if act in BEGINNINGS:
            yield f"| `{act}` | a new order | {_codes(BEGINNINGS[act])} | {by} | {means} |"
        moves: dict[tuple[OrderState, ...], list[OrderState]] = {}
        for (source, of), targets in TRANSITIONS.items():
            if of is act:
                moves.setdefault(targets, []).append(source)
        for targets, sources in moves.items():
            yield f"| `{act}` | {_codes(sources)} | {_codes(targets)} | {by} | {means} |"
    yield ""
    yield f"Never changed: {_codes(IMMUTABLE)}. `budget_year` changes only when an order is funded or"
    yield "entered again, `live` only when it is cancelled or entered again. Payment orders are never deleted."


def _codes(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
