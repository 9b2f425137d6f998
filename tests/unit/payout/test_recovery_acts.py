"""Terms, limitation, and what of a plan is overdue."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payout.recovery_acts.domain import KINDS, Cause, PlannedPart, RecoveryKind, limitation_on, overdue_fen

TODAY = date(2026, 6, 15)


def test_only_a_correction_is_a_revocation() -> None:
    assert {cause for cause, kind in KINDS.items() if kind is RecoveryKind.REVOKED} == {Cause.CORRECTION}
    assert set(KINDS) == set(Cause)


@pytest.mark.parametrize(
    ("issued_on", "last"),
    [
        (date(2026, 3, 2), date(2026, 12, 2)),
        (date(2026, 5, 31), date(2027, 2, 28)),
        (date(2027, 5, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 9, 30)),
        (date(2026, 8, 31), date(2027, 5, 28)),
    ],
    ids=str,
)
def test_enforcement_is_asked_for_in_the_three_months_after_the_six_to_sue(issued_on: date, last: date) -> None:
    assert limitation_on(issued_on) == last


@pytest.mark.parametrize(
    ("due_on", "plan", "overdue"),
    [
        (None, [], 0),
        (TODAY, [], 0),
        (date(2026, 6, 14), [], 100),
        (date(2026, 6, 14), [PlannedPart(TODAY, 100)], 0),
        (None, [PlannedPart(date(2026, 6, 14), 40), PlannedPart(date(2026, 7, 1), 60)], 40),
        (None, [PlannedPart(date(2026, 6, 14), 70), PlannedPart(date(2026, 7, 1), 130)], 0),
    ],
    ids=["not issued", "the last day", "a day later", "planned for today", "a part is late", "paid in advance"],
)
def test_what_is_overdue(due_on: date | None, plan: list[PlannedPart], overdue: int) -> None:
    assert overdue_fen(100, due_on, plan, TODAY) == overdue


@given(outstanding=st.integers(0, 1_000), parts=st.lists(st.tuples(st.dates(), st.integers(1, 500)), max_size=5))
def test_no_more_is_overdue_than_is_outstanding(outstanding: int, parts: list[tuple[date, int]]) -> None:
    plan = [PlannedPart(*part) for part in parts]
    assert 0 <= overdue_fen(outstanding, None, plan, TODAY) <= outstanding
