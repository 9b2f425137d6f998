"""Balances by date: what stood in each account at the end of a day in Lishui."""

from __future__ import annotations

from collections import Counter

from tests.integration.payout.support import Payout

POSTED = [
    # Instant in Lishui, from, to, fen
    ("2026-03-01 00:00:00", "treasury:city", "budget:city:2026", 1_000),
    ("2026-03-01 23:59:59.999999", "budget:city:2026", "reserved:a:city", 300),
    ("2026-03-02 00:00:00", "reserved:a:city", "payee:p", 300),
    ("2026-03-02 07:59:59", "treasury:liandu", "budget:liandu:2026", 50),
    ("2026-12-31 23:59:59.999999", "payee:p", "recovered:city:2026", 100),
    ("2027-01-01 00:00:00", "budget:city:2026", "treasury:city", 700),
]
DAYS = ("2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03", "2026-12-31", "2027-01-01")


def test_balances_by_date(payout: Payout) -> None:
    for at, source, destination, fen in POSTED:
        payout.execute(
            "INSERT INTO postings (kind, source, destination, amount_fen, unit, actor, posted_at)"
            " VALUES ('appropriation', :source, :destination, :fen, 'city', 'test', CAST(:at AS timestamptz))",
            source=source, destination=destination, fen=fen, at=f"{at}+08:00",
        )  # fmt: skip
    for day in DAYS:
        expected = Counter[str]()
        for at, source, destination, fen in POSTED:
            if at[:10] <= day:
                expected[source] -= fen
                expected[destination] += fen
        shown = payout.get(f"/v1/ledger/balances?on={day}")["items"]
        assert {each["account"]: each["balance_fen"] for each in shown} == expected, day
        assert all(each["in_fen"] - each["out_fen"] == each["balance_fen"] for each in shown)
        assert sum(expected.values()) == 0
    [budget] = payout.get("/v1/ledger/balances?on=2026-03-01&prefix=budget:")["items"]
    assert budget == {"account": "budget:city:2026", "in_fen": 1_000, "out_fen": 300, "balance_fen": 700}
    assert payout.get("/v1/ledger/balances?on=2026-03-01&limit=1")["next_cursor"] is not None
    payout.tamper("DELETE FROM postings")  # no award stands behind them: the books would not agree
