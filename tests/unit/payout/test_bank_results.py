"""Which rows of the bank's answer are applied, and which rows of a file may be entered again after a restore."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.payout.batches.domain import BankResult, BatchedOrder, Days, check_results
from services.payout.restorations.domain import KnownAward, KnownOrder, SentRow, check_file

DAY = date(2026, 3, 5)


def reported(order_id: str, outcome: str = "settled", reference: str = "B1", on: date = DAY, **more: Any) -> BankResult:
    return BankResult(order_id, outcome, on, reference, **more)


@pytest.mark.parametrize(
    ("rows", "accepted", "unchanged", "mistakes"),
    [
        ([reported("sent")], ["settled"], 0, {}),
        ([reported("sent"), reported("sent")], ["settled"], 1, {}),
        ([reported("sent", "returned"), reported("sent")], ["settled", "returned"], 0, {}),
        ([reported("sent"), reported("sent", "failed")], [], 0, {0: "contradiction", 1: "contradiction"}),
        ([reported("sent"), reported("sent", reference="B2")], [], 0, {0: "contradiction", 1: "contradiction"}),
        ([reported("sent", amount_fen=99)], [], 0, {0: "another_amount"}),
        ([reported("sent"), reported("sent", amount_fen=100)], ["settled"], 1, {}),
        ([reported("sent", on=DAY - timedelta(1))], [], 0, {0: "before_batch"}),
        ([reported("sent", on=DAY + timedelta(1))], [], 0, {0: "in_future"}),
        ([reported("paid", reference="Ｂ １")], [], 1, {}),
        ([reported("put right")], [], 1, {}),
        ([reported("put right", "failed")], [], 0, {0: "corrected"}),
        ([reported("paid")], [], 1, {}),
        ([reported("paid", reference="B2")], [], 0, {0: "contradiction"}),
        ([reported("paid", "returned")], ["returned"], 0, {}),
        ([reported("paid", "failed")], [], 0, {0: "not_possible"}),
        (
            [reported("other"), reported("changed"), reported("sent")],
            ["settled"],
            0,
            {0: "not_in_batch", 1: "row_changed"},
        ),
    ],
)
def test_a_row_is_applied_once_or_named_with_its_mistake(
    rows: list[BankResult], accepted: list[str], unchanged: int, mistakes: dict[int, str]
) -> None:
    orders = {
        "sent": BatchedOrder("batched", 100, {}),
        "changed": BatchedOrder("batched", 100, {}),
        "paid": BatchedOrder("settled", 100, {"settled": ("B1", DAY)}),
        "put right": BatchedOrder("settled", 100, {"settled": ("B1", DAY)}, {"failed"}),
    }
    placed = [replace(row, line=place, at=f"/rows/{place}") for place, row in enumerate(rows)]
    checked = check_results(placed, orders, {"changed": "账号"}, Days(DAY, DAY))
    assert [each.outcome for each in checked.accepted] == accepted
    assert checked.unchanged == unchanged
    assert {line: (mistake.pointer, mistake.code) for line, mistake in checked.mistakes} == {
        place: (f"/rows/{place}", code) for place, code in mistakes.items()
    }
    assert len(checked.accepted) + checked.unchanged + len(checked.mistakes) == len(rows)


ROW = SentRow("o1", "uscc", 100, "a1", 1)
SHARES = {("city", "uscc"): 100}


def known(state: str = "issued", row: SentRow = ROW, *, in_batch: bool = False) -> dict[str, KnownOrder]:
    return {"o1": KnownOrder(row, "city", state, in_batch, holds_money=True)}


@pytest.mark.parametrize(
    ("orders", "award", "expected"),
    [
        (known(), KnownAward(1, "2025-01-01", (2025,), SHARES), "known"),
        ({}, KnownAward(1, "2025-01-01", (2025,), SHARES), "unknown"),
        (known("batched", in_batch=True), None, "unchanged"),
        (known("settled"), KnownAward(1, "2025-01-01", (2025,), SHARES), "not_possible"),
        (known(row=SentRow("o1", "uscc", 101, "a1", 1)), KnownAward(1, "2025-01-01", (2025,), SHARES), "another_order"),
        ({}, None, "unknown_award"),
        ({}, KnownAward(None, "2025-01-01", (), SHARES), "waits_for_arrangement"),
        ({}, KnownAward(1, "2025-01-01", (), SHARES), "no_such_instalment"),
        ({}, KnownAward(1, "2025-01-01", (2027,), SHARES), "not_due"),
        ({}, KnownAward(1, "2025-01-01", (2025,), {("city", "uscc"): 99}), "more_than_share"),
        ({}, KnownAward(1, "2025-01-01", (2025,), {("liandu", "uscc"): 100}), "no_share"),
        ({}, KnownAward(1, "2025-01-01", (2025,), {("city", "other"): 100}), "another_payee"),
        (known(), KnownAward(1, "2025-01-01", (2025,), {}), "known"),
    ],
)
def test_a_sent_row_is_entered_again_or_named_with_its_mistake(
    orders: dict[str, KnownOrder], award: KnownAward | None, expected: str
) -> None:
    checked = check_file([ROW], "city", 2026, orders, {"a1": award} if award else {})
    found = ["known"] * len(checked.known) + ["unknown"] * len(checked.unknown) + ["unchanged"] * checked.unchanged
    assert found + [mistake.code for mistake in checked.mistakes] == [expected]


def test_an_order_that_a_file_has_twice_is_refused() -> None:
    checked = check_file([ROW, ROW], "city", 2026, known(), {"a1": KnownAward(1, "2025-01-01", (2025,), SHARES)})
    assert [(mistake.pointer, mistake.code) for mistake in checked.mistakes] == [("/rows/1", "repeated")]


def test_rows_of_an_award_are_held_against_its_share_together() -> None:
    rows = [SentRow(f"o{place}", "uscc", 60, "a1", 1) for place in range(2)]
    checked = check_file(rows, "city", 2026, {}, {"a1": KnownAward(1, "2025-01-01", (2025,), SHARES)})
    assert [mistake.code for mistake in checked.mistakes] == ["more_than_share", "more_than_share"]
