"""What the forms of money send: rows as lists, fractions as shares, yuan as fen."""

from __future__ import annotations

from typing import Any

import pytest

from services.desk.acts.domain import body_of, fields_of, grouped
from services.desk.acts.jobs import JOBS
from services.desk.acts.payout import ACTS
from services.desk.clients.payout import Payout
from services.desk.terms import TERMS, term

ARRANGEMENT = {
    "number": ["莲财〔2026〕1号"],
    "effective_from": ["2026-01-01"],
    "effective_until": [""],
    "shortage": ["in_turn"],
    "rows.0.jurisdiction": ["liandu"],
    "rows.0.award": ["*"],
    "rows.0.shares.city": ["1/2"],
    "rows.0.shares.liandu": ["50%"],
    "rows.0.shares.development_zone": [""],
    "rows.0.remainder_to": ["city"],
    "rows.1.jurisdiction": [""],
    "rows.1.award": [""],
    "rows.1.shares.city": [""],
    "rows.1.remainder_to": [""],
}
HALF = {"numerator": 1, "denominator": 2}


def test_an_arrangement_has_its_rows_with_a_fraction_for_each_budget() -> None:
    body, mistakes = body_of(ACTS["draft_arrangement"], ARRANGEMENT)
    assert mistakes == []
    assert body == {
        "number": "莲财〔2026〕1号",
        "effective_from": "2026-01-01",
        "shortage": "in_turn",
        "sample": False,
        "rows": [
            {
                "jurisdiction": "liandu",
                "award": "*",
                "shares": [{"unit": "city", **HALF}, {"unit": "liandu", **HALF}],
                "remainder_to": "city",
            }
        ],
    }


@pytest.mark.parametrize(
    ("operation", "held", "expected"),
    [
        (
            "draft_appropriation",
            {"unit": ["city"], "year": ["2026"], "amount_fen": ["-1,234.5"], "document": ["d"], "indicator": [""]},
            {"unit": "city", "year": 2026, "amount_fen": -123_450, "document": "d"},
        ),
        (
            "approve_payment_orders",
            {"unit": ["city"], "due_year": ["2026"], "except": ["a", "b"]},
            {"unit": "city", "due_year": 2026, "except": ["a", "b"]},
        ),
        ("approve_payment_orders", {"unit": ["city"], "due_year": [""]}, {"unit": "city"}),
        (
            "draft_repayment_plan",
            {
                "reason": ["企业申请分期"],
                "parts.0.due_on": ["2027-01-31"],
                "parts.0.amount_fen": ["500"],
                "parts.1.due_on": [""],
                "parts.1.amount_fen": [""],
            },
            {"reason": "企业申请分期", "parts": [{"due_on": "2027-01-31", "amount_fen": 50_000}]},
        ),
    ],
)
def test_a_form_sends_what_its_operation_takes(operation: str, held: dict[str, list[str]], expected: Any) -> None:
    assert body_of(ACTS[operation], held) == (expected, [])


@pytest.mark.parametrize("text", ["1/0", "half", "1/2/3", "%"])
def test_what_is_no_fraction_is_told_beside_its_field(text: str) -> None:
    _, mistakes = body_of(ACTS["draft_arrangement"], ARRANGEMENT | {"rows.0.shares.city": [text]})
    assert [(each.pointer, each.code) for each in mistakes] == [("rows.0.shares.city", "malformed")]


def test_the_fields_of_a_row_stand_together() -> None:
    groups = grouped(fields_of(ACTS["draft_arrangement"], ARRANGEMENT))
    rows = {place: [each.name for each in fields] for place, fields in groups if place.startswith("rows.")}
    assert [*rows] == ["rows.0", "rows.1"]
    assert rows["rows.1"] == [name for name in ARRANGEMENT if name.startswith("rows.1.")]


def test_every_act_is_an_operation_of_payout() -> None:
    assert [name for name, act in ACTS.items() if not hasattr(Payout, act.method or name)] == []
    assert {act.job for act in ACTS.values() if act.job} <= JOBS.keys()


def test_accounts_are_told_in_words_part_by_part() -> None:
    assert term("budget:liandu:2026", "account", chinese=True) == "预算 · 莲都区 · 2026"
    assert term("unheard-of", "proposal", chinese=True) == "unheard-of"
    assert all(len(names) == 2 for kind in TERMS.values() for names in kind.values())
