"""Events that eligibility did not sign change nothing and take nothing; what was decided nowhere is not paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import orjson
import pytest

from services.payout.budgets.tables import MAX_APPROPRIATION_FEN
from services.payout.clients.eligibility import InForce
from shared.events.award_decided import MAX_VERSIONS_AHEAD
from shared.messaging import consumer as consumers
from shared.messaging import topics
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Message
from shared.messaging.kafka import Cluster
from shared.messaging.signatures import PATH, SIGNATURE, Verifier
from tests.integration.payout.bank import approve, batch, issued
from tests.integration.payout.support import USCC, Payout, award, decision
from tests.support.events import VERIFIER, sign

FORGED_FEN = 9_000_000


def consumer(payout: Payout, verifier: Verifier = VERIFIER) -> Consumer:
    return Consumer(payout.database, Cluster("nowhere:1"), topics.AWARD_DECISIONS, "payout", payout.handler, verifier)


def decided(version: int = 1, subject: str = "s1") -> Message:
    return decision(subject, version=version, jurisdiction="city", instalments=((2025, 1_000),))


def genuine(version: int = 1, subject: str = "s1") -> Message:
    return sign(decided(version, subject), "eligibility")


def forged(version: int, event_id: str | None = None) -> Message:
    return decision("s1", version=version, event_id=event_id, jurisdiction="city", instalments=((2025, FORGED_FEN),))


def attacks() -> dict[str, Message]:
    """Return messages that whoever reaches the broker can write, by what was tried."""
    known = genuine()
    other = orjson.dumps(orjson.loads(forged(1).value or b""))
    return {
        "an invented award": forged(1),
        "the highest version there is, withdrawn": decision(
            "s1", version=2**31 - 1, jurisdiction="city", instalments=()
        ),
        "the id of the genuine event": forged(1, event_id=known.headers["ce_id"].decode()),
        "signed by payout's own key": sign(forged(2), "payout"),
        "signed by the registry's key": sign(forged(2), "registry"),
        "the genuine signature over other data": replace(known, value=other),
        "the genuine signature under another id": replace(known, headers=dict(known.headers) | {"ce_id": b"x"}),
        "the genuine signature on another key": replace(known, key=str(uuid4()).encode()),
        "the genuine signature of another event": replace(
            forged(2), headers=dict(forged(2).headers) | {name: known.headers[name] for name in (SIGNATURE, PATH)}
        ),
        "no headers at all": replace(known, headers={}),
        "the genuine event, its signature taken away": replace(
            known, headers={name: value for name, value in known.headers.items() if name != SIGNATURE}
        ),
    }


@pytest.mark.parametrize("name", attacks())
def test_it_becomes_a_dead_letter_and_the_genuine_event_takes_effect_all_the_same(payout: Payout, name: str) -> None:
    payout.arrange()
    attack = attacks()[name]
    before = consumer(payout)
    before.process([attack, attack])
    assert payout.execute("SELECT count(*) FROM inbox")[0][0] == 0
    assert payout.execute("SELECT count(*) FROM award_versions")[0][0] == 0
    [(reason, state)] = payout.execute("SELECT reason, state FROM dead_letters")
    assert ("sign" in reason or "key" in reason) and state == "open"

    before.process([attack, genuine(), attack])
    assert payout.live() == [("city", 1, 1_000, "waiting")]
    before.process([genuine(version=2)])
    assert payout.story()["version"] == 2


def test_a_dead_letter_that_nobody_signed_cannot_be_replayed(payout: Payout) -> None:
    payout.arrange()
    consumer(payout).process([attacks()["signed by payout's own key"]])
    [letter] = payout.get("/v1/dead-letters?state=open", by="ops")["items"]
    payout.post(f"/v1/dead-letters/{letter['id']}/replay", by="ops", expect=409)
    assert payout.execute("SELECT count(*) FROM award_versions")[0][0] == 0


def test_forged_events_do_not_stop_the_consumer_however_many(payout: Payout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "DEAD_LETTER_LIMIT", 5)
    payout.arrange()
    flood = [forged(1, event_id=str(number)) for number in range(20)]
    reading = consumer(payout)
    reading.process(flood)
    reading.process([genuine(), *flood])
    assert payout.live() == [("city", 1, 1_000, "waiting")]


def test_a_forged_event_does_not_stand_for_the_genuine_one_that_fails(payout: Payout) -> None:
    bad = decision("s1", jurisdiction="qingtian")
    reading = consumer(payout)
    reading.process([bad])
    reading.process([sign(bad, "eligibility")])
    reading.process([sign(bad, "eligibility")])
    reasons = [row[0] for row in payout.execute("SELECT reason FROM dead_letters ORDER BY id")]
    assert len(reasons) == 2 and reasons[0] == "the event is not signed"


def test_a_signed_version_far_beyond_the_next_takes_nothing(payout: Payout) -> None:
    payout.arrange()
    reading = consumer(payout)
    reading.process([genuine()])
    reading.process([genuine(version=MAX_VERSIONS_AHEAD + 2), genuine(version=2**31 - 1)])
    assert payout.story()["version"] == 1
    assert payout.execute("SELECT count(*) FROM dead_letters")[0][0] == 2
    reading.process([genuine(version=2)])
    assert payout.story()["version"] == 2
    reading.process([genuine(version=MAX_VERSIONS_AHEAD + 2)])
    assert payout.story()["version"] == MAX_VERSIONS_AHEAD + 2, "plausible now"


def test_a_signed_amount_beyond_all_sense_takes_nothing(payout: Payout) -> None:
    payout.arrange()
    reading = consumer(payout)
    beyond = MAX_APPROPRIATION_FEN + 1
    reading.process([sign(decision("s1", instalments=((2025, beyond),)), "eligibility"), genuine()])
    assert payout.execute("SELECT reason FROM dead_letters") == [("the entitlement is more than 10000000000 yuan",)]
    assert payout.live() == [("city", 1, 1_000, "waiting")], "neither its id nor its version is taken"


@pytest.mark.parametrize(
    "eligibilitys",
    [
        (),
        ((2, 1_000, USCC, "city"),),
        ((1, 999, USCC, "city"),),
        ((1, 1_000, "91331102MA2E00001X", "city"),),
        ((1, 1_000, USCC, "liandu"),),
    ],
    ids=["unknown", "another version", "another amount", "another payee", "another jurisdiction"],
)
def test_money_leaves_only_for_what_eligibility_decided(
    payout: Payout, eligibilitys: tuple[tuple[int, int, str, str], ...]
) -> None:
    """The last line, where a key was stolen or the event came before events were signed."""
    approve(payout, issued(payout))
    now = payout.clock.now()
    payout.decisions.in_force_now = [InForce(str(award()), *stated, now) for stated in eligibilitys]
    refused = batch(payout, expect=409)
    assert refused["awards"] == [str(award())]
    payout.decisions.in_force_now = [InForce(str(award()), 1, 1_000, USCC, "city", now)]
    made = batch(payout)
    assert (made["orders"], made["unconfirmed"]) == (1, 0)
    payout.decisions.in_force_now = None


def test_no_batch_is_built_while_eligibility_does_not_answer(payout: Payout) -> None:
    approve(payout, issued(payout))
    payout.decisions.books = None
    batch(payout, expect=503)
    payout.decisions.books = payout.database
    assert batch(payout)["orders"] == 1


def test_reconciliation_names_a_forged_effect_and_a_restated_version_undoes_it(payout: Payout) -> None:
    payout.arrange()
    payout.appropriate("city", 20_000_000)
    payout.receive(decided())
    payout.receive(forged(2))
    payout.fund()
    assert sum(order[2] for order in payout.live()) == FORGED_FEN
    long_ago = payout.clock.now() - timedelta(hours=1)
    payout.tamper("UPDATE award_versions SET received_at = received_at - interval '1 year'", "award_versions")
    payout.decisions.in_force_now = [InForce(str(award()), 1, 1_000, USCC, "city", long_ago)]
    [found] = payout.get("/v1/reconciliation")["differences"]
    assert (found["check"], found["subject"], found["found_fen"]) == ("version_in_force", str(award()), FORGED_FEN)
    payout.receive(decided(version=3))
    payout.fund()
    assert sum(order[2] for order in payout.live()) == 1_000
    payout.decisions.in_force_now = [InForce(str(award()), 3, 1_000, USCC, "city", long_ago)]
    payout.reconcile()
    payout.decisions.in_force_now = None
