"""What checks before payment find, and what a sample draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payout.checks.domain import FindingKind, OrderToPay, draw, find, sample_size
from services.payout.clients.payee_facts import Account, PayeeFacts, Sanction, Support

A, B = "91331100MA2E000007", "91331102MA2E00001X"
ORDER = OrderToPay("o", A, "丽水测试快递有限公司", "park", "P-1", 2024, facts_revision=7)
ACCOUNT = Account("丽水测试快递有限公司", "102343000017", "6222000011112222", 3)
KEY = (ACCOUNT.bank_code, ACCOUNT.number)
CLEAN = PayeeFacts(9, {A: ACCOUNT}, {KEY: {A}}, {A})
SUPPORT = ("park", "P-1", 2024)


def kinds(facts: PayeeFacts, *, same_name: bool = True) -> list[FindingKind]:
    return [finding.kind for finding in find(ORDER, facts, {"o": same_name})]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"accounts": {}}, []),
        ({"users": {KEY: {A, B}}}, [FindingKind.SHARED_ACCOUNT]),
        ({"users": {("other", ACCOUNT.number): {A, B}}}, []),
        ({"registered": {B}}, [FindingKind.STRUCK_OFF]),
        ({"dishonest": {A: [Sanction(date(2026, 1, 1), 8)]}}, [FindingKind.DISHONEST]),
        ({"dishonest": {A: [Sanction(date(2026, 1, 1), 7)]}}, []),
        ({"dishonest": {B: [Sanction(date(2026, 1, 1), 8)]}}, []),
        ({"support": {SUPPORT: [Support("province", "provincial", 100, 8)]}}, [FindingKind.PAID_ELSEWHERE]),
        ({"support": {SUPPORT: [Support("province", "provincial", 100, 7)]}}, []),
        ({"support": {("park", "P-1", 2023): [Support("province", "provincial", 100, 8)]}}, []),
    ],
    ids=[
        "nothing",
        "no account",
        "an account of two payees",
        "the same number at another bank",
        "struck off",
        "dishonest since the decision",
        "dishonest before: the decision knew",
        "another one is dishonest",
        "paid elsewhere since the decision",
        "paid elsewhere before: the decision knew",
        "paid elsewhere for another year",
    ],
)
def test_what_speaks_against_paying(changes: dict[str, Any], expected: list[FindingKind]) -> None:
    assert kinds(replace(CLEAN, **changes)) == expected


def test_a_holder_with_another_name_is_found() -> None:
    assert kinds(CLEAN, same_name=False) == [FindingKind.HOLDER_DIFFERS]


def test_no_finding_has_an_account_number() -> None:
    facts = replace(CLEAN, users={KEY: {A, B}}, registered=set())
    found = list(find(ORDER, facts, {"o": False}))
    assert len(found) == 3
    assert not any(ACCOUNT.number in str(each) for each in found)


def test_another_account_is_another_finding() -> None:
    """What was released for one account does not hold for the next."""
    changed = replace(CLEAN, accounts={A: ACCOUNT._replace(revision=5)})
    before, after = (next(find(ORDER, facts, {"o": False})).evidence for facts in (CLEAN, changed))
    assert before != after


@given(
    ids=st.sets(st.uuids().map(str), max_size=50),
    seed=st.text("0123456789abcdef", min_size=32, max_size=32),
    percent=st.integers(1, 100),
)
def test_whoever_has_the_seed_draws_the_same(ids: set[str], seed: str, percent: int) -> None:
    size = sample_size(len(ids), percent)
    drawn = draw(ids, seed, size)
    assert len(drawn) == len(set(drawn)) == size <= len(ids)
    assert (size > 0) == bool(ids)
    assert drawn == draw(sorted(ids, reverse=True), seed, size)
