"""What the database itself refuses, and sums that hold whatever the order of arrival."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.exc import DBAPIError

from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Message, RejectedMessageError
from shared.messaging.kafka import Cluster
from tests.integration.payout.support import OTHER_USCC, USCC, Payout, award, decision
from tests.support.events import LENIENT


def refused(payout: Payout, statement: str, match: str) -> None:
    with pytest.raises(DBAPIError, match=match):
        payout.execute(statement, owner=match != "permission denied")


def test_the_database_repeats_the_invariants(payout: Payout) -> None:
    arrangement = payout.arrange()
    payout.receive(decision(instalments=((2025, 1_000),)))
    it = f"'{award()}'"
    refused(
        payout,
        f"INSERT INTO award_shares VALUES ({it}, 1, 'development_zone', '{USCC}', 5, '{{5}}', now())",
        "do not add up to its entitlement",
    )
    refused(
        payout, f"INSERT INTO award_shares VALUES ({it}, 1, 'city', '{USCC}', 500, '{{500}}', now())", "pk_award_shares"
    )
    refused(payout, "UPDATE award_shares SET amount_fen = 1", "permission denied")
    refused(payout, "UPDATE postings SET amount_fen = 1", "permission denied")
    refused(payout, "DELETE FROM award_versions", "permission denied")
    refused(payout, "UPDATE awards SET version = 2, split_version = 2", "without all of its shares")
    refused(payout, "UPDATE awards SET version = 2, waiting_for = 'arrangement'", "no such version")
    refused(payout, "UPDATE awards SET version = 0, split_version = 0", "never goes back")
    refused(payout, "UPDATE payment_orders SET amount_fen = 0", "ck_payment_orders_amount")
    refused(payout, "UPDATE payment_orders SET state = 'issued', waiting_for = NULL", "ck_payment_orders_funded")
    refused(
        payout,
        "UPDATE payment_orders SET state = 'issued', waiting_for = NULL, budget_year = 2024, funded_at = now()",
        "not_before_due",
    )
    refused(payout, f"UPDATE arrangements SET number = 'x' WHERE id = '{arrangement}'", "never edited")
    refused(payout, "INSERT INTO budgets (unit, year, committed_fen) VALUES ('city', 2026, 1)", "not_below_zero")
    refused(
        payout,
        "INSERT INTO arrangements (id, number, effective_from, drafted_by, state, confirmed_by, confirmed_at)"
        " VALUES (gen_random_uuid(), 'n', '2030-01-01', 'a', 'confirmed', 'a', now())",
        "two_persons",
    )


def test_a_version_of_nothing_takes_effect_without_shares_and_one_of_something_does_not(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision("taken back", 1, [(2025, 1_000)]), decision("taken back", 2, []))
    assert payout.execute("SELECT split_version FROM awards") == [(2,)]
    payout.execute(
        "INSERT INTO award_versions SELECT gen_random_uuid(), 1, policy, award, article, subject, award_year, payee_uscc,"
        " payee_name, jurisdiction, kind, result, 7, instalments, decided_on, first_decided_on, reason, receipt"
        " FROM award_versions WHERE version = 1"
    )
    refused(
        payout,
        "INSERT INTO awards (award_id, award, jurisdiction, first_decided_on, version, split_version)"
        " SELECT award_id, award, jurisdiction, first_decided_on, 1, 1 FROM award_versions WHERE entitlement_fen = 7",
        "without all of its shares",
    )


def test_any_order_of_arrival_ends_in_the_same_sums(payout: Payout) -> None:
    payout.arrange()
    randomly = random.Random(7)  # noqa: S311 - a fixed seed
    expected = {}
    messages: list[Message] = []
    for subject in (f"s{number}" for number in range(12)):
        versions = []
        for version in range(1, randomly.randint(2, 5)):
            parts = [(2025 + n, randomly.randint(1, 1_000)) for n in range(randomly.randint(0, 3))]
            where = randomly.choice(["city", "liandu", "development_zone"])
            uscc = randomly.choice([USCC, OTHER_USCC])
            versions.append(decision(subject, version, parts, jurisdiction=where, uscc=uscc))
            expected[subject] = sum(fen for _, fen in parts)
        messages += versions + randomly.choices(versions, k=2)
    randomly.shuffle(messages)
    while messages:
        size = randomly.randint(1, 9)
        payout.receive(*messages[:size])
        messages = messages[size:]
    for subject, entitlement in expected.items():
        story = payout.story(subject)
        assert story["entitlement_fen"] == entitlement
        assert sum(o["amount_fen"] for o in story["orders"] if o["live"]) == entitlement
        for share in story["shares"]:
            assert (share["entitlement_fen"], share["to_recover_fen"]) == (share["ordered_fen"], 0)
    sums = payout.execute(
        """
        SELECT sum(CASE WHEN destination LIKE 'award:%' THEN amount_fen ELSE -amount_fen END)::bigint FROM postings
        WHERE destination LIKE 'award:%' OR source LIKE 'award:%'
        """
    )
    assert sums[0][0] == sum(expected.values())


def test_orders_are_not_funded_before_their_due_year(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(instalments=((2025, 1_000), (2027, 1_000)), jurisdiction="city"))
    payout.appropriate("city", 5_000)
    payout.appropriate("city", 1_000, year=2027)
    assert payout.fund() == 1
    orders = payout.get("/v1/payment-orders?state=waiting")["items"]
    assert [(o["due_year"], o["waiting_for"]) for o in orders] == [(2027, "due_year")]
    payout.clock.instant = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Lishui
    assert payout.funding_pass().step()
    assert payout.get("/v1/budgets/city/2027")["committed_fen"] == 1_000
    assert payout.get("/v1/budgets/city/2026")["committed_fen"] == 1_000


def test_the_queue_is_in_the_order_of_first_decisions_and_pages_do_not_cut_awards(payout: Payout) -> None:
    payout.arrange()
    for number in range(7):
        day = date(2025, 1, 9 - number)
        payout.receive(decision(f"s{number}", decided_on=day, first_decided_on=day, instalments=((2025, 200),)))
    payout.appropriate("city", 10_000)
    payout.appropriate("liandu", 450)
    assert payout.funding_pass(page_orders=3).step()
    funded = {o["award_id"] for o in payout.get("/v1/payment-orders?state=issued")["items"]}
    assert funded == {str(award(f"s{number}")) for number in (6, 5, 4, 3)}
    assert len(payout.get("/v1/payment-orders?state=issued")["items"]) == 8


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (decision(award_id="nonsense"), "award_id: uuid"),
        (decision(entitlement_fen=5), "do not follow the schema"),
        (decision(instalments=((2025, 1),), payee={"uscc": "1", "name": "n"}), "unified social credit code"),
        (decision(entitlement_fen=1.5), "entitlement_fen: int_type"),
    ],
    ids=["award_id", "sum", "uscc", "float"],
)
def test_what_is_no_decision_is_refused_with_a_reason_without_values(
    payout: Payout, message: Message, reason: str
) -> None:
    with pytest.raises(RejectedMessageError, match=reason):
        payout.receive(message)


def test_poison_is_recorded_and_everything_else_flows(payout: Payout) -> None:
    payout.arrange()
    consumer = Consumer(payout.database, Cluster(""), "award-decisions.v1", "payout", payout.handler, LENIENT)
    poison = decision("bad", event_id="e", jurisdiction="qingtian")
    consumer.process([decision("s1"), poison, decision("s2"), decision("s3")])
    assert [len(payout.story(s)["orders"]) for s in ("s1", "s2", "s3")] == [2, 2, 2]
    letters = payout.get("/v1/dead-letters", by="ops")["items"]
    assert [(letter["state"], letter["reason"]) for letter in letters] == [
        ("open", "the data do not follow the schema: jurisdiction: literal_error")
    ]
    consumer.process([decision("bad", version=2)])
    assert payout.get("/v1/dead-letters", by="ops")["items"][0]["state"] == "cleared"
