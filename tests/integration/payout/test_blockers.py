"""What new orders wait for is decided in Python, what stored ones wait for in SQL: one rule."""

from __future__ import annotations

import itertools

from services.payout.funding import repository as funding
from shared.clock import calendar_date
from tests.integration.payout.support import OTHER_USCC, USCC, Payout, award, decision


def test_new_and_stored_orders_wait_for_the_same(payout: Payout) -> None:
    """Every combination of a due year, a hold of the award, a hold of the payee and an account."""
    payout.arrange()
    payout.account(uscc=OTHER_USCC)
    subjects = {f"{uscc}-{held}": (uscc, held) for uscc, held in itertools.product((USCC, OTHER_USCC), (False, True))}
    for subject, (uscc, _) in subjects.items():
        payout.receive(decision(subject, instalments=((2025, 100), (2026, 100), (2027, 100)), uscc=uscc))
    for subject, (_, held) in subjects.items():
        if held:
            payout.post(f"/v1/awards/{award(subject)}/hold", {"reason": "test"}, by="finance-maker")
    ids, now = [str(award(subject)) for subject in subjects], payout.clock.now()
    for held_payee in (None, USCC, OTHER_USCC):
        if held_payee:
            payout.post(f"/v1/payees/{held_payee}/hold", {"reason": "test"}, by="finance-maker")
        stored = payout.execute(
            "SELECT w.award_id::text, w.payee_uscc, w.due_year, w.blocker FROM waiting_orders(CAST(:today AS date)) w",
            today=calendar_date(now),
        )
        assert len(stored) == 4 * 3 * 2
        with payout.database.reading() as connection:
            blockers = funding.blockers(connection, ids, (USCC, OTHER_USCC), now)
        assert {blocker for *_, blocker in stored} >= {"due_year", "release"}
        assert [blockers.waits_for(award_id, uscc, due_year) for award_id, uscc, due_year, _ in stored] == [
            blocker for *_, blocker in stored
        ]
