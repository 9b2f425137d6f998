"""However the bank answers, in whatever format, parts and order: what it got wrong is refused, and the books end right."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time

import pytest

from deploy.bank.simulation import SimulatedBank
from services.payout.batches.formats import FORMATS
from tests.integration.payout.bank import approve, batch
from tests.integration.payout.support import OTHER_USCC, USCC, Payout, decision

TODAY = date(2026, 3, 2)
AWARDS = 12


@pytest.mark.parametrize("seed", range(6))
def test_the_books_end_as_the_bank_has_them(payout: Payout, seed: int) -> None:
    dice = random.Random(seed)
    payout.arrange()
    payout.account(USCC)
    payout.account(OTHER_USCC, "6222333344445555")
    payout.appropriate("city", 1_000_000)
    payout.receive(
        *(
            decision(
                f"s{number}",
                jurisdiction="city",
                instalments=((2025, dice.randint(1, 50_000)),),
                uscc=dice.choice([USCC, OTHER_USCC]),
            )
            for number in range(AWARDS)
        )
    )
    payout.fund()
    for order in payout.get("/v1/payment-orders?state=issued")["items"]:
        approve(payout, order["id"])
    made = batch(payout)
    wanted = dice.choice(list(FORMATS.values()))
    path = f"/v1/payment-batches/{made['id']}"
    file = payout.http.get(f"{path}/file", headers=payout.tokens.headers("bank", Accept=wanted.media_type)).content
    bank = SimulatedBank(seed)
    refusals: Counter[str] = Counter()
    for answer in bank.take(file, TODAY):
        payout.clock.instant = datetime.combine(answer.on, time(4), UTC)
        headers = payout.tokens.headers("bank") | {"Content-Type": answer.media_type}
        told = payout.http.post(f"{path}/results", content=answer.content, headers=headers)
        assert told.status_code == (422 if answer.wrong else 200), (answer.wrong, told.text)
        refusals[answer.wrong or "none"] += 1
        payout.reconcile()
    orders = payout.get(f"/v1/payment-orders?batch_id={made['id']}")["items"]
    assert {each["id"].replace("-", ""): each["state"] for each in orders} == bank.books
    assert len(bank.books) == AWARDS
    settled = sum(each["amount_fen"] for each in orders if each["state"] == "settled")
    assert payout.get("/v1/budgets/city/2026")["paid_fen"] == settled
    assert payout.get(path)["state"] == "completed"
