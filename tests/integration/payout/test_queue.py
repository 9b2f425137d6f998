"""The queue for money: its order follows what was decided, never when it arrived."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from services.payout.funding import repository
from services.payout.orders.domain import BEGINNING, END
from shared.messaging.envelope import Message
from tests.integration.payout.support import OTHER_USCC, SHARED_HALF, USCC, Payout, decision

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


IN_PROPORTION = SHARED_HALF | {"shortage": "in_proportion"}


def amounts(payout: Payout, state: str) -> dict[tuple[str, str], int]:
    """Return what live orders in a state have, fen by subject and unit."""
    rows = payout.execute(
        "SELECT subject, unit, sum(amount_fen)::bigint FROM payment_orders WHERE live AND state = :state GROUP BY 1, 2",
        state=state,
    )
    return {(row[0], row[1]): row[2] for row in rows}


def test_a_day_that_is_short_is_shared_in_proportion(payout: Payout) -> None:
    payout.arrange(IN_PROPORTION)
    payout.appropriate("city", 1_000)
    payout.appropriate("liandu", 300)
    days = [date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)]
    payout.receive(
        _decided("park", "first", days[0], fen=100),
        _decided("park", "alone", days[1], fen=700),
        _decided("park", "both", days[1], fen=1_400, jurisdiction="liandu"),
        _decided("park", "later", days[2], fen=10),
    )
    for _ in range(3):
        payout.funding_pass(page_orders=1).run(payout.clock.now(), 2026)
    # The second day needs 1,400 of the city's 900 that are left, and 700 of Liandu's 300.
    assert amounts(payout, "issued") == {
        ("first", "city"): 100,
        ("alone", "city"): 450,
        ("both", "city"): 300,
        ("both", "liandu"): 300,
    }
    assert amounts(payout, "waiting") == {
        ("alone", "city"): 250,
        ("both", "city"): 400,
        ("both", "liandu"): 400,
        ("later", "city"): 10,
    }
    payout.reconcile()
    payout.appropriate("liandu", 1_000)
    payout.fund()
    assert amounts(payout, "issued")["both", "liandu"] == 300 + 92, "the city's 150 are 3/13 of what it still needs"
    payout.appropriate("city", 5_000)
    payout.fund()
    assert amounts(payout, "waiting") == {}
    acts = [each for each in payout.get("/v1/audit?limit=1000")["items"] if each["act"] == "fund_payment_orders"]
    assert min(acts, key=lambda act: act["id"])["details"] == {
        "orders": 4,
        "shared": {
            "2025-03-02:city:available_fen": 900,
            "2025-03-02:city:needed_fen": 1_400,
            "2025-03-02:liandu:available_fen": 300,
            "2025-03-02:liandu:needed_fen": 700,
        },
    }


def test_what_was_shared_is_restated_like_everything_else(payout: Payout) -> None:
    payout.arrange(IN_PROPORTION)
    payout.appropriate("city", 500)
    day = date(2025, 3, 1)
    payout.receive(_decided("park", "a", day, fen=600), _decided("park", "b", day, fen=400))
    payout.fund()
    payout.receive(_decided("park", "a", day, version=2, fen=200), _decided("park", "b", day, version=2, fen=500))
    assert amounts(payout, "issued") == {("a", "city"): 200, ("b", "city"): 200}
    assert amounts(payout, "waiting") == {("b", "city"): 300}
    payout.fund()
    assert amounts(payout, "issued") == {("a", "city"): 200, ("b", "city"): 299}, (
        "100 came back; of 200 and 100 a third each"
    )


def test_the_preview_shows_both_ways_side_by_side(payout: Payout) -> None:
    payout.appropriate("city", 900)
    payout.appropriate("liandu", 300)
    day = date(2025, 3, 1)
    payout.receive(
        _decided("park", "alone", day, fen=700),
        _decided("park", "both", day, fen=1_400, jurisdiction="liandu"),
        _decided("courier-rent", "small", day, fen=20),
    )
    drafted = payout.post("/v1/arrangements", SHARED_HALF, by="finance-maker")
    assert drafted["shortage"] == "in_turn"
    before = payout.get(f"/v1/arrangements/{drafted['id']}/preview")["shortage"]
    city, liandu = {"unit": "city", "needed_fen": 1_420}, {"unit": "liandu", "needed_fen": 700}
    assert before == {
        "year": 2026,
        "free": [{"unit": "city", "amount_fen": 900}, {"unit": "liandu", "amount_fen": 300}],
        "in_turn": {
            "units": [city | {"funded_fen": 700}, liandu | {"funded_fen": 0}],
            "in_full": 1,
            "in_part": 0,
            "not_at_all": 2,
        },
        "in_proportion": {
            "units": [city | {"funded_fen": 443 + 300 + 12}, liandu | {"funded_fen": 300}],
            "in_full": 0,
            "in_part": 3,
            "not_at_all": 0,
        },
    }
    payout.post(f"/v1/arrangements/{drafted['id']}/confirm", by="finance-checker")
    payout.resume()
    assert payout.get(f"/v1/arrangements/{drafted['id']}/preview")["shortage"] == before, "orders wait now"
    payout.fund()
    assert amounts(payout, "issued") == {("alone", "city"): 700}


def _decided(
    code: str, subject: str, day: date, version: int = 1, fen: int = 100, jurisdiction: str = "city"
) -> Message:
    return decision(
        subject, version, ((2025, fen),), code=code, jurisdiction=jurisdiction, decided_on=day, first_decided_on=day
    )
