"""The queue for money: its order follows what was decided, never when it arrived."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from services.payout.funding import repository
from services.payout.orders.domain import BEGINNING, END
from shared.messaging.envelope import Message
from tests.integration.payout.support import OTHER_USCC, USCC, Payout, decision

ORDER = (("retail-scale", OTHER_USCC), ("park", "P-1"), ("park", "P-2"), ("courier-rent", USCC), ("later", "A"))
"""Awards of one day in the order in which they are funded: by place in the policy, then by the subject's code."""


def queue(payout: Payout) -> list[tuple[str, str]]:
    """Return award and subject of the orders that wait for money, in order."""
    with payout.database.reading() as connection:
        orders = repository.queue(connection, BEGINNING, END)
    awards = dict(payout.execute("SELECT DISTINCT award_id::text, award || '/' || subject FROM award_versions"))
    return [tuple(awards[order.award_id].split("/")) for order in orders]


def test_the_order_of_arrival_does_not_matter(payout: Payout) -> None:
    payout.arrange()
    expected: list[tuple[str, str]] = []
    for number, arrival in enumerate(itertools.permutations(range(len(ORDER)))):
        if number % 12:
            continue
        day = date(2025, 3, 1) + timedelta(days=number)
        names = [(code, f"{subject}-{number:03}") for code, subject in ORDER]
        payout.receive(*[_decided(*names[place], day) for place in arrival])
        expected += names
    assert queue(payout) == expected


def test_the_order_of_confirmation_of_arrangements_does_not_matter(payout: Payout) -> None:
    """Awards that waited for an arrangement get the places that they would have had."""
    day = date(2025, 3, 1)
    payout.receive(*[_decided(*ORDER[place], day) for place in (4, 2, 0)])
    payout.arrange()
    payout.receive(_decided(*ORDER[1], day), _decided(*ORDER[3], day))
    payout.resume()
    assert queue(payout) == list(ORDER)


def test_what_a_restatement_leaves_keeps_its_place(payout: Payout) -> None:
    payout.arrange()
    day = date(2025, 3, 1)
    payout.receive(*[_decided(*each, day) for each in ORDER])
    payout.receive(_decided(*ORDER[1], day, version=2, fen=50), _decided(*ORDER[2], day, version=2, fen=150))
    assert queue(payout) == [*ORDER[:3], ORDER[2], *ORDER[3:]], "a smaller order, and one on top"


def _decided(code: str, subject: str, day: date, version: int = 1, fen: int = 100) -> Message:
    return decision(
        subject, version, ((2025, fen),), code=code, jurisdiction="city", decided_on=day, first_decided_on=day
    )
