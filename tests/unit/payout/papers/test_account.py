"""A statement's account: every line a figure, and together the difference of what was assessed and what is in hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.payout.papers.domain import Account, Line, OpenOrder, Position, Reason, account, total

FEN = st.integers(0, 10**9)
UNITS = ("city", "liandu")
STATES = ("waiting", "issued", "approved", "batched", "settled", "failed", "returned")

ORDERS = st.builds(
    OpenOrder,
    unit=st.sampled_from(UNITS),
    instalment=st.integers(1, 3),
    due_year=st.integers(2024, 2026),
    amount_fen=st.integers(1, 10**9),
    state=st.sampled_from(STATES),
    waiting_for=st.sampled_from(["funds", "due_year", "account", "release", None]),
    netted=st.booleans(),
    held=st.booleans(),
)
POSITIONS = st.tuples(*(st.builds(Position, st.just(unit), FEN, FEN, FEN, FEN, FEN) for unit in UNITS))


def open_order(amount_fen: int, state: str = "settled", **more: object) -> OpenOrder:
    values = {"unit": "city", "instalment": 1, "due_year": 2024, "waiting_for": None, "netted": False, "held": False}
    return OpenOrder(amount_fen=amount_fen, state=state, **(values | more))  # type: ignore[arg-type]


@given(FEN, POSITIONS, st.lists(ORDERS, max_size=6))
def test_the_lines_of_an_account_add_up_to_the_fen(
    assessed: int, positions: tuple[Position, ...], orders: list[OpenOrder]
) -> None:
    found = account(assessed, positions, orders)
    assert sum(line.amount_fen for line in found.lines) == found.difference_fen == assessed - found.in_hand_fen
    both = total([found, found])
    assert sum(line.amount_fen for line in both.lines) == both.difference_fen == 2 * found.difference_fen


def lines(found: Account) -> list[tuple[Reason, int]]:
    return [(line.reason, line.amount_fen) for line in found.lines]


def test_what_is_paid_in_full_has_no_difference() -> None:
    found = account(100, [Position("city", 100, 0, 0, 0, 0)], [open_order(100)])
    assert (found.difference_fen, found.lines) == (0, ())


def test_instalments_and_waiting_money_are_told_apart() -> None:
    orders = [
        open_order(40),
        open_order(30, "waiting", waiting_for="funds"),
        open_order(30, "waiting", waiting_for="due_year", due_year=2025),
    ]
    found = account(100, [Position("city", 100, 0, 0, 0, 0)], orders)
    assert found.lines == (Line(Reason.DUE_LATER, "city", 2025, 30), Line(Reason.FUNDS, "city", None, 30))


def test_what_was_paid_too_much_is_to_be_paid_back() -> None:
    position = Position("city", 60, 10, 0, 5, 25)
    assert lines(account(60, [position], [open_order(100)])) == [(Reason.TO_RECOVER, -25), (Reason.WRITTEN_OFF, -5)]
    later = account(60, [Position("city", 60, 0, 0, 0, 0)], [open_order(100, "batched")])
    assert lines(later) == [(Reason.AT_BANK, 100), (Reason.TO_RECOVER_LATER, -40)]


def test_netting_is_no_difference_in_all() -> None:
    debtor = account(60, [Position("city", 60, 0, 40, 0, 0)], [open_order(100)])
    creditor = account(40, [Position("city", 40, 0, 0, 0, 0)], [open_order(40, netted=True)])
    assert lines(debtor) == [(Reason.NETTED_DEBT, -40)]
    assert lines(creditor) == [(Reason.NETTED, 40)]
    assert total([debtor, creditor]).difference_fen == 0


def test_what_waits_for_an_arrangement_is_not_shared_yet() -> None:
    assert lines(account(100, [], [])) == [(Reason.ARRANGEMENT, 100)]
