"""Payout's database is restored to a point before a file went to the bank: nothing is paid twice, and no payment is omitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from services.payout.restorations.handlers import hold_sending
from shared.media_types import CSV, XLSX
from shared.messaging import topics
from tests.integration.payout.bank import answer, approve, batch, result, state
from tests.integration.payout.support import USCC, Payout, decision
from tests.integration.restoring.conftest import Backups
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens

DECISION = decision("s1", jurisdiction="city", instalments=((2025, 1_000),))
OTHER = decision("s2", jurisdiction="city", instalments=((2025, 70_000),))


@dataclass
class Lost:
    """What happened after the backup: a file went to the bank, which answered."""

    restored: Payout
    order_id: str
    files: dict[str, bytes]


def _order_of(payout: Payout, subject: str = "s1") -> str:
    return next(str(order["id"]) for order in payout.story(subject)["orders"] if order["live"])


def _enter(payout: Payout, content: bytes, kind: str = CSV, unit: str = "city") -> tuple[int, dict[str, object]]:
    headers = payout.tokens.headers("finance-maker") | {"Content-Type": kind}
    path = f"/v1/payment-batches/reentries?unit={unit}&sent_on=2026-03-02"
    answered = payout.http.post(path, content=content, headers=headers)
    return answered.status_code, answered.json()


@pytest.fixture(params=["nothing_known", "ordered", "issued", "approved"])
def lost(
    request: pytest.FixtureRequest,
    fresh_database: Callable[[str], ServiceDatabase],
    tokens: Tokens,
    backups: Backups,
) -> Iterator[Lost]:
    """Payout restored to where it had got to with the order that was paid later."""
    original = fresh_database("payout")
    database = original.connect()
    payout = Payout(database, tokens, original.owner_url)
    payout.arrange()
    payout.account(USCC)
    payout.appropriate("city", 71_000)
    payout.receive(OTHER)
    payout.fund()
    backups.relay(database, topics.PAYMENT_ORDERS, hold_sending)

    def steps() -> Iterator[str]:
        yield "nothing_known"
        payout.receive(DECISION)
        yield "ordered"
        payout.fund()
        yield "issued"
        approve(payout, _order_of(payout))
        yield "approved"

    backup = original
    for step in steps():
        if step == request.param:
            backup = backups.take(original, database)
    order_id = _order_of(payout)
    made = batch(payout)
    headers = payout.tokens.headers("finance-maker")
    path = f"/v1/payment-batches/{made['id']}/file"
    files = {kind: payout.http.get(path, headers=headers | {"Accept": kind}).content for kind in (CSV, XLSX)}
    answer(payout, made["id"], result(order_id))
    backups.relay(database, topics.PAYMENT_ORDERS, hold_sending)
    database.close()

    again = backup.connect()
    restored = Payout(again, tokens, backup.owner_url, accounts=payout.accounts)
    yield Lost(restored, order_id, files)
    restored.reconcile()
    again.close()


def _go_on(lost: Lost, backups: Backups) -> str:
    """Start the restored payout: its relay looks into the log, its worker receives and orders what is told again."""
    payout = lost.restored
    backups.relay(payout.database, topics.PAYMENT_ORDERS, hold_sending)
    payout.receive(DECISION)
    payout.fund()
    (restoration,) = payout.get("/v1/restorations")
    assert (restoration["opened_by"], restoration["missing"]) == ("payout-relay", [lost.order_id])
    return str(restoration["id"])


def test_nothing_is_sent_until_the_file_is_entered_again_and_nothing_is_paid_twice(
    lost: Lost, backups: Backups
) -> None:
    payout = lost.restored
    restoration_id = _go_on(lost, backups)
    end = f"/v1/restorations/{restoration_id}/end"
    reason = {"reason": "已补录全部文件"}
    if state(payout, _order_of(payout)) == "issued":
        approve(payout, _order_of(payout))
    batch(payout, expect=409)
    payout.post(end, reason, by="finance-checker", expect=409)

    status, entered = _enter(payout, lost.files[CSV])
    assert (status, entered["entered"]) == (200, 1), entered
    batch_id = entered["batch"]["id"]  # type: ignore[index]
    status, again = _enter(payout, lost.files[XLSX], XLSX)
    assert (status, again) == (200, {"batch": None, "entered": 0, "unchanged": 1})
    assert payout.live() == [("city", 1, 1_000, "batched")]
    assert _order_of(payout) == lost.order_id
    payout.reconcile()

    payout.post(end, reason, by="finance-maker", expect=403)
    assert payout.post(end, reason, by="finance-checker")["ended_by"] == "finance-checker"
    answer(payout, batch_id, result(lost.order_id))
    assert payout.live() == [("city", 1, 1_000, "settled")]
    payout.receive(DECISION)
    payout.fund()
    batch(payout, expect=409)  # nothing is left to be sent
    approve(payout, _order_of(payout, "s2"))
    assert batch(payout)["orders"] == 1
    # A restart finds nothing more.
    backups.relay(payout.database, topics.PAYMENT_ORDERS, hold_sending)
    assert [each["ended_by"] for each in payout.get("/v1/restorations")] == ["finance-checker"]


def test_a_file_that_is_not_the_banks_changes_nothing(lost: Lost, backups: Backups) -> None:
    payout = lost.restored
    before = payout.execute("SELECT count(*) FROM payment_batches")
    assert _enter(payout, lost.files[CSV])[0] == 409, "no restoration is open"
    _go_on(lost, backups)
    status, refused = _enter(payout, lost.files[CSV].replace(b"10.00", b"11.00"))
    assert (status, refused["errors"][0]["code"]) == (422, "file_changed")  # type: ignore[index]
    status, refused = _enter(payout, b"a,b\n1,2\n")
    assert status == 422
    assert "1,2" not in str(refused)
    assert payout.execute("SELECT count(*) FROM payment_batches") == before


def test_a_person_can_hold_sending_as_well(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> None:
    fresh = fresh_database("payout")
    database = fresh.connect()
    payout = Payout(database, tokens, fresh.owner_url)
    payout.arrange()
    reason = {"reason": "代理日志已清空，从备份恢复"}
    opened = payout.post("/v1/restorations", reason, by="finance-maker", expect=201)
    payout.post("/v1/restorations", reason, by="finance-maker", expect=409)
    batch(payout, expect=409)
    payout.post(f"/v1/restorations/{opened['id']}/end", reason, by="finance-checker")
    payout.post(f"/v1/restorations/{opened['id']}/end", reason, by="finance-checker", expect=409)
    database.close()
