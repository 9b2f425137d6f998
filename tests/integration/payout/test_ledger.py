"""The ledger: balances at the end of a day in Lishui, and the chart of accounts in the database."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from sqlalchemy.exc import DBAPIError

from services.payout.ledger.domain import CHART, budget, entitled, payee, reserved
from tests.integration.payout.support import Payout

POSTED = [
    # Instant in Lishui, kind, from, to, fen
    ("2026-03-01 00:00:00", "appropriation", "treasury:city", "budget:city:2026", 1_000),
    ("2026-03-01 23:59:59.999999", "funded", "budget:city:2026", "reserved:a:city", 300),
    ("2026-03-02 00:00:00", "paid", "reserved:a:city", "payee:p", 300),
    ("2026-03-02 07:59:59", "appropriation", "treasury:liandu", "budget:liandu:2026", 50),
    ("2026-12-31 23:59:59.999999", "repaid", "payee:p", "recovered:city:2026", 100),
    ("2027-01-01 00:00:00", "reduction", "budget:city:2026", "treasury:city", 700),
]
DAYS = ("2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03", "2026-12-31", "2027-01-01")


def test_balances_by_date(payout: Payout) -> None:
    for at, kind, source, destination, fen in POSTED:
        payout.execute(
            "INSERT INTO postings (kind, source, destination, amount_fen, unit, actor, posted_at)"
            " VALUES (:kind, :source, :destination, :fen, 'city', 'test', CAST(:at AS timestamptz))",
            kind=kind, source=source, destination=destination, fen=fen, at=f"{at}+08:00",
        )  # fmt: skip
    for day in DAYS:
        expected = Counter[str]()
        for at, _, source, destination, fen in POSTED:
            if at[:10] <= day:
                expected[source] -= fen
                expected[destination] += fen
        shown = payout.get(f"/v1/ledger/balances?on={day}")["items"]
        assert {each["account"]: each["balance_fen"] for each in shown} == expected, day
        assert all(each["in_fen"] - each["out_fen"] == each["balance_fen"] for each in shown)
        assert sum(expected.values()) == 0
    [of_budget] = payout.get("/v1/ledger/balances?on=2026-03-01&prefix=budget:")["items"]
    assert of_budget == {"account": "budget:city:2026", "in_fen": 1_000, "out_fen": 300, "balance_fen": 700}
    assert payout.get("/v1/ledger/balances?on=2026-03-01&limit=1")["next_cursor"] is not None
    payout.tamper("DELETE FROM postings")  # no award stands behind them: the books would not agree


def test_the_database_repeats_the_chart_of_accounts(payout: Payout) -> None:
    [(definition, validated)] = payout.execute(
        "SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE conname = 'ck_postings_chart'"
    )
    found = {tuple(each.split()) for each in re.findall(r"'(\w+ \w+ \w+)'", definition)}
    assert found == {(kind, source, destination) for kind, (source, destination) in CHART.items()}
    assert validated
    with pytest.raises(DBAPIError, match="ck_postings_chart"):
        payout.execute(
            "INSERT INTO postings (kind, source, destination, amount_fen, unit, actor)"
            " VALUES ('paid', 'budget:city:2026', 'payee:p', 1, 'city', 'test')"
        )


def test_statements_name_accounts_as_the_ledger_does(payout: Payout) -> None:
    award_id = "00000000-0000-4000-8000-000000000001"
    [names] = payout.execute(
        "SELECT budget_account('city', 2026), reserved_account(CAST(:id AS uuid), 'city'),"
        " award_account(CAST(:id AS uuid), 'city'), payee_account('p')",
        id=award_id,
    )
    assert tuple(names) == (budget("city", 2026), reserved(award_id, "city"), entitled(award_id, "city"), payee("p"))
