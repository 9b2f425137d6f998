"""The chart of accounts: every posting is checked when it is made, and no other room spells the name of an account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.payout.ledger import domain as ledger
from services.payout.ledger.domain import CHART, NotInChartError, Posting, checked

ROOMS = Path(__file__).parents[3] / "services" / "payout"
KINDS = sorted({kind for pair in CHART.values() for kind in pair})
SPELLED = re.compile(rf"[\"']({'|'.join(KINDS)}):")


def made() -> list[Posting]:
    """Every posting that the ledger can make."""
    of = ("order", "award", 1, "city", 2026, 5)
    return [
        ledger.appropriation("city", 2026, 5, "d"),
        ledger.appropriation("city", 2026, -5, "d"),
        ledger.carried_over("city", 2026, 5, "d"),
        *ledger.recognition("award", 1, {"city": 7, "liandu": 1}, {"city": 2, "liandu": 6}),
        ledger.funding(*of),
        ledger.release(*of),
        ledger.payment("order", "award", 1, "city", "uscc", 5),
        ledger.claim("award", 1, "city", 5, "recovery"),
        ledger.claim("award", 1, "city", -5, None),
        *ledger.repayment("award", 1, "city", "uscc", 2026, 5, "recovery", "reference"),
        ledger.written_off("award", 1, "city", 5, "recovery"),
    ]


def test_every_posting_that_is_made_follows_the_chart() -> None:
    assert {posting.kind for posting in made()} == set(CHART) - {"returned"}  # which one statement alone posts
    assert all(checked(posting) is posting and posting.amount_fen == 5 for posting in made())


@pytest.mark.parametrize(
    "posting",
    [
        Posting("paid", "budget:city:2026", "payee:u", 5, "city"),
        Posting("funded", "reserved:a:city", "budget:city:2026", 5, "city"),
        Posting("gift", "treasury:city", "payee:u", 5, "city"),
        Posting("paid", "reserved:a:city", "payee:u", 0, "city"),
    ],
)
def test_what_the_chart_does_not_allow_is_refused(posting: Posting) -> None:
    with pytest.raises(NotInChartError):
        checked(posting)


def test_only_the_ledger_spells_accounts() -> None:
    spelling = {
        str(path.relative_to(ROOMS))
        for path in [*ROOMS.rglob("*.py"), *ROOMS.rglob("*.sql")]
        if "migrations" not in path.parts and SPELLED.search(path.read_text("utf-8"))
    }
    assert spelling <= {"ledger/domain.py", "ledger/routes.py", "ledger/schemas.py", "funding/passes.py"}
