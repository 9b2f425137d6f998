"""Payout's database is restored to a point before a file went to the bank: nothing is paid twice, and no payment is omitted."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import pytest

from services.payout.batches.files import HEADINGS, checksum_of, csv_of
from services.payout.restorations.handlers import hold_sending
from services.payout.seals import Sealed, Seals
from shared.media_types import CSV, XLSX
from shared.messaging import topics
from tests.integration.payout.bank import answer, approve, batch, result, state
from tests.integration.payout.support import OTHER_USCC, SEAL_KEY, USCC, Payout, award, decision
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


def _enter(
    payout: Payout, content: bytes, kind: str = CSV, unit: str = "city", sent_on: str = "2026-03-02"
) -> tuple[int, dict[str, Any]]:
    headers = payout.tokens.headers("finance-maker") | {"Content-Type": kind}
    path = f"/v1/payment-batches/reentries?unit={unit}&sent_on={sent_on}"
    answered = payout.http.post(path, content=content, headers=headers)
    return answered.status_code, answered.json()


def _confirm(payout: Payout, entered: Mapping[str, Any], by: str = "finance-checker", expect: int = 200) -> Any:
    return payout.post(f"/v1/payment-batches/reentries/{entered['id']}/confirm", by=by, expect=expect)


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
    assert _enter(payout, lost.files[CSV])[0] == 409, "no person has confirmed the restoration"
    payout.post(f"/v1/restorations/{restoration['id']}/confirm", by="finance-checker", expect=200)
    return str(restoration["id"])


def _forged(lost: Lost, key: bytes = SEAL_KEY, sealed: Sealed | None = None, **changes: str) -> bytes:
    """Return a self-made file: that of the bank with other cells, its checksum and a seal made with `key`."""
    rows = pl.read_csv(lost.files[CSV], infer_schema=False, encoding="utf8").head(1)
    rows = rows.rename({heading: name for name, heading in HEADINGS.items()})
    fen = int(changes.pop("amount_yuan", rows["amount_fen"][0]).replace(".", ""))
    given = (pl.lit(value).alias(name) for name, value in changes.items())
    rows = rows.with_columns(pl.lit(1).alias("place"), pl.lit(fen).alias("amount_fen"), *given)
    seal = Seals(base64.b64encode(key).decode()).seal(
        sealed or Sealed("city", date(2026, 3, 2), lost.restored.accounts.latest_revision()), checksum_of(rows)
    )
    return csv_of(rows, seal)


UNKNOWN_ORDER = "01920000-0000-7000-8000-00000000000f"
ATTACKS = {
    "another_seal": {"key": bytes(range(64))},
    "another_batch": {"sealed": Sealed("liandu", date(2026, 3, 2), 1)},
    "more_than_share": {"order_id": UNKNOWN_ORDER, "amount_yuan": "30.00"},
    "another_payee": {"order_id": UNKNOWN_ORDER, "payee_uscc": OTHER_USCC},
    "another_account": {"number": "6222999988887777"},
    "another_order": {"amount_yuan": "30.00"},
}


@pytest.mark.parametrize("lost", ["approved"], indirect=True)
def test_a_self_made_file_is_refused_by_name(lost: Lost, backups: Backups) -> None:
    """Also where the key of the seal has leaked: what the file says is held against orders, shares and accounts."""
    payout = lost.restored
    payout.account(OTHER_USCC)
    payout.decisions.shown = []
    _go_on(lost, backups)
    before = payout.execute("SELECT count(*) FROM reentry_proposals")
    genuine = lost.files[CSV]
    unsealed = b"".join(genuine.splitlines(keepends=True)[:-1])
    assert _enter(payout, unsealed)[1]["errors"][0]["code"] == "no_seal"
    for code, attack in ATTACKS.items():
        status, refused = _enter(payout, _forged(lost, **attack))  # type: ignore[arg-type]
        assert (status, [each["code"] for each in refused["errors"]]) == (422, [code]), code
    assert _enter(payout, genuine, unit="liandu")[1]["errors"][0]["code"] == "another_batch"
    assert _enter(payout, genuine, sent_on="2026-03-01")[1]["errors"][0]["code"] == "another_batch"
    assert payout.execute("SELECT count(*) FROM reentry_proposals") == before
    assert _enter(payout, _forged(lost))[0] == 200, "the helper makes a file that is otherwise taken"


@pytest.mark.parametrize("lost", ["nothing_known"], indirect=True)
def test_a_version_that_payout_lost_is_asked_for(lost: Lost, backups: Backups) -> None:
    """The bank was paid under a version that another has replaced since: eligibility alone still knows it."""
    payout = lost.restored
    backups.relay(payout.database, topics.PAYMENT_ORDERS, hold_sending)
    payout.receive(decision("s1", version=2, jurisdiction="city", instalments=((2025, 400),)))
    (restoration,) = payout.get("/v1/restorations")
    payout.post(f"/v1/restorations/{restoration['id']}/confirm", by="finance-checker")
    former = {
        "award_id": str(award("s1")), "award": "courier-rent", "subject": "s1", "award_year": 2024, "state": "superseded",
        "result": "granted", "jurisdiction": "city", "payee": {"uscc": USCC}, "entitlement_fen": 1_000,
        "decided_on": "2025-03-01", "first_decided_on": "2025-03-01", "instalments": [{"due_year": 2025, "amount_fen": 1_000}],
    }  # fmt: skip
    payout.decisions.shown = [former | {"state": "rejected"}]
    assert _enter(payout, lost.files[CSV])[1]["errors"][0]["code"] == "more_than_share"
    payout.decisions.shown = [former]
    status, entered = _enter(payout, lost.files[CSV])
    assert status == 200, entered
    _confirm(payout, entered)
    payout.decisions.shown = None
    assert payout.live() == [("city", 1, 1_000, "batched")]


def test_a_seal_is_recognised_after_its_key_was_replaced() -> None:
    old, new = (base64.b64encode(bytes([n]) * 64).decode() for n in (1, 2))
    sealed = Sealed("city", date(2026, 3, 2), 7)
    seal = Seals(old).seal(sealed, "0" * 64)
    assert Seals(f"{new},{old}").opened(seal, "0" * 64) == sealed
    assert Seals(new).opened(seal, "0" * 64) is None
    assert Seals(old).opened(seal, "1" * 64) is None
    assert Seals(old).opened(seal.replace(" 7 ", " 8 "), "0" * 64) is None
    assert Seals(f"{new},{old}").seal(sealed, "0" * 64) == Seals(new).seal(sealed, "0" * 64)


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
    assert (status, entered["state"], entered["entered"], entered["batch"]) == (200, "proposed", 1, None), entered
    assert _enter(payout, lost.files[XLSX], XLSX) == (200, entered), "entered twice, it waits once"
    before = payout.live()
    payout.post(end, reason, by="finance-checker", expect=409)
    _confirm(payout, entered, by="finance-maker", expect=403)
    assert payout.live() == before, "nothing counts until another person confirms it"
    batch_id = _confirm(payout, entered)["batch"]["id"]
    _confirm(payout, entered, expect=409)
    status, again = _enter(payout, lost.files[XLSX], XLSX)
    assert (status, again) == (200, {"id": None, "state": None, "batch": None, "entered": 0, "unchanged": 1})
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
    assert (status, refused["errors"][0]["code"]) == (422, "file_changed")
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
    confirm = f"/v1/restorations/{opened['id']}/confirm"
    payout.post(confirm, by="finance-maker", expect=403)
    assert payout.post(confirm, by="finance-checker", expect=200)["confirmed_by"] == "finance-checker"
    payout.post(confirm, by="finance-checker", expect=409)
    payout.post(f"/v1/restorations/{opened['id']}/end", reason, by="finance-checker")
    payout.post(f"/v1/restorations/{opened['id']}/end", reason, by="finance-checker", expect=409)
    database.close()
