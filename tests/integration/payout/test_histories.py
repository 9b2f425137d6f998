"""Random histories on the real database beside an accountant's model: all that officers, banks and eligibility can do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.integration.payout.support import OTHER_USCC, SHARED_HALF, USCC, Payout, award, decision
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens

SUBJECTS = ("s1", "s2", "s3")
UNITS = ("city", "liandu", "development_zone")
UNARRANGED = "development_zone"
"""The arrangement has no row for it: an award that gets there waits."""
ROWS: Any = SHARED_HALF["rows"]
ARRANGED = [row for row in ROWS if row["jurisdiction"] != UNARRANGED]


@dataclass
class Books:
    """What an accountant would keep: entitlements, appropriations, what the bank and the payees did. Nothing is derived."""

    entitlement: dict[str, int] = field(default_factory=dict)
    split: dict[str, int] = field(default_factory=dict)
    """Of the newest version that the arrangement had a row for."""
    waiting: set[str] = field(default_factory=set)
    version: Counter[str] = field(default_factory=Counter)
    appropriated: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    repaid: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    held: set[str] = field(default_factory=set)
    sent_before: set[str] = field(default_factory=set)


class Histories(RuleBasedStateMachine):
    """Does what officers, banks and eligibility do, and compares."""

    payout: Payout
    start: Callable[[], Payout]

    @initialize()
    def begin(self) -> None:
        self.payout = type(self).start()
        self.books = Books()
        self.drafts: list[tuple[str, str, int]] = []
        self.repayments: list[dict[str, Any]] = []
        self.numbers = count(1)
        self.payout.arrange(SHARED_HALF | {"rows": ARRANGED})
        for uscc in (USCC, OTHER_USCC):
            self.payout.account(uscc)

    @rule(
        subject=st.sampled_from(SUBJECTS),
        parts=st.lists(st.integers(1, 300), max_size=2),
        where=st.sampled_from(UNITS),
        uscc=st.sampled_from([USCC, OTHER_USCC]),
        ahead=st.integers(0, 1),
    )
    def decide(self, subject: str, parts: list[int], where: str, uscc: str, ahead: int) -> None:
        """A version arrives, perhaps after a higher one that overtook it; it arrives twice."""
        version = self.books.version[subject] + 1 + ahead
        instalments = [(2025 + place, fen) for place, fen in enumerate(parts)]
        newest = decision(subject, version, instalments, jurisdiction=where, uscc=uscc)
        stopped = self._stopped()
        self.payout.receive(newest)
        self.payout.receive(newest, *([decision(subject, version - 1)] if ahead else []))
        self.books.version[subject] = version
        self.books.entitlement[subject] = sum(parts)
        if parts and where == UNARRANGED:
            self.books.waiting.add(subject)
        else:
            self.books.waiting.discard(subject)
            self.books.split[subject] = sum(parts)
        self._stop_all_but(stopped)

    @rule(unit=st.sampled_from(UNITS), fen=st.integers(-200, 500).filter(bool))
    def appropriate(self, unit: str, fen: int) -> None:
        body = {"unit": unit, "year": 2026, "amount_fen": fen, "document": "d"}
        answer = self._post("/v1/appropriations", body, by="finance-maker")
        assert answer.status_code in (201, 409)
        if answer.status_code == 201:
            self.drafts.append((answer.json()["id"], unit, fen))

    @rule(data=st.data(), confirmed=st.booleans())
    def decide_appropriation(self, data: st.DataObject, confirmed: bool) -> None:
        """Another person confirms or discards one of the drafts, whatever came in between."""
        if not self.drafts:
            return
        draft = data.draw(st.sampled_from(self.drafts), label="draft")
        draft_id, unit, fen = draft
        path = f"/v1/appropriations/{draft_id}"
        if not confirmed:
            self.payout.post(f"{path}/discard", {"reason": "r"}, by="finance-maker", expect=200)
        elif (status := self._post(f"{path}/confirm", None, by="finance-checker").status_code) == 200:
            self.books.appropriated[unit] += fen
        else:
            assert status == 409  # less is free now
            return
        self.drafts.remove(draft)
        for step, body in (("confirm", None), ("discard", {"reason": "r"})):
            assert self._post(f"{path}/{step}", body, by="finance-checker").status_code == 409

    def _post(self, path: str, body: Any, *, by: str) -> Any:
        return self.payout.http.post(path, json=body, headers=self.payout.tokens.headers(by))

    @rule()
    def fund(self) -> None:
        self.payout.fund()

    @rule()
    def send_all(self) -> None:
        """There is money, and what is funded goes to the bank."""
        for unit in UNITS:
            self.payout.appropriate(unit, 500)
            self.books.appropriated[unit] += 500
        self.fund()
        for unit in UNITS:
            self.send(unit)

    @rule(unit=st.sampled_from(UNITS))
    def send(self, unit: str) -> None:
        """All issued orders of a unit are approved and go to the bank."""
        self.payout.post("/v1/payment-orders/approvals", {"unit": unit}, by="finance-checker")
        self.payout.work()
        headers = self.payout.tokens.headers("finance-maker")
        assert self.payout.http.post("/v1/payment-batches", json={"unit": unit}, headers=headers).status_code in (
            201,
            409,
        )

    @rule(outcome=st.sampled_from(["settled", "settled", "failed"]), data=st.data())
    def bank(self, outcome: str, data: st.DataObject) -> None:
        self._result("batched", outcome, data)

    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        self._result("settled", "returned", data)

    def _result(self, state: str, outcome: str, data: st.DataObject) -> None:
        orders = self.payout.get(f"/v1/payment-orders?state={state}")["items"]
        if not orders:
            return
        order = data.draw(st.sampled_from(orders), label=outcome)
        row = {
            "order_id": order["id"],
            "outcome": outcome,
            "occurred_on": "2026-03-02",
            "bank_reference": f"{outcome} {order['id']}",
        }
        path = f"/v1/payment-batches/{order['batch_id']}/results"
        if data.draw(st.booleans(), label="entered"):
            entered = self.payout.post(path, {"rows": [row]}, by="finance-maker")
            before = self.payout.get("/v1/ledger/entries?limit=1000")["items"]
            if data.draw(st.booleans(), label="discarded"):
                self.payout.post(f"{path}/{entered['id']}/discard", {"reason": "r"}, by="finance-checker")
                assert self.payout.get("/v1/ledger/entries?limit=1000")["items"] == before
                return
            self.payout.post(f"{path}/{entered['id']}/confirm", by="finance-checker", expect=200)
        else:
            assert self.payout.post(path, {"rows": [row]}, by="bank")["rows"]["accepted"] == 1
        for by in ("bank", "finance-maker"):  # reported twice, counted once
            again = self.payout.post(path, {"rows": [row]}, by=by)
            assert (again["rows"]["accepted"], again["state"]) == (0, None)
        if outcome != "failed":
            self.books.paid[order["award_id"]] += order["amount_fen"] * (1 if outcome == "settled" else -1)

    @rule()
    def reissue(self) -> None:
        for state in ("failed", "returned"):
            for order in self.payout.get(f"/v1/payment-orders?state={state}")["items"]:
                if order["live"]:
                    self.payout.post(f"/v1/payment-orders/{order['id']}/reissue", by="finance-maker")

    @rule(fen=st.integers(1, 200))
    def repay(self, fen: int) -> None:
        for recovery in self.payout.get("/v1/recoveries?outstanding=true")["items"][:1]:
            body = {
                "amount_fen": min(fen, recovery["outstanding_fen"]),
                "received_on": "2026-03-01",
                "bank_reference": f"R{next(self.numbers)}",
            }
            entered = self.payout.post(f"/v1/recoveries/{recovery['id']}/repayments", body, by="finance-maker")
            self.repayments.append(entered | {"award_id": recovery["award_id"]})

    @rule(data=st.data(), confirmed=st.booleans())
    def decide_repayment(self, data: st.DataObject, confirmed: bool) -> None:
        """Another person confirms or discards what was entered; what is outstanding may be less by now."""
        if not self.repayments:
            return
        entered = data.draw(st.sampled_from(self.repayments), label="repayment")
        path = f"/v1/recoveries/{entered['recovery_id']}/repayments/{entered['id']}"
        if not confirmed:
            self.payout.post(f"{path}/discard", {"reason": "r"}, by="finance-checker", expect=200)
        elif (status := self._post(f"{path}/confirm", None, by="finance-checker").status_code) == 200:
            self.books.repaid[entered["award_id"]] += entered["amount_fen"]
        else:
            assert status == 409
            return
        self.repayments.remove(entered)
        assert self._post(f"{path}/confirm", None, by="finance-checker").status_code == 409

    @rule()
    def give_up(self) -> None:
        """Two persons write off what is outstanding of a recovery."""
        for recovery in self.payout.get("/v1/recoveries?outstanding=true")["items"][:1]:
            for person in ("finance-maker", "finance-checker"):
                self.payout.post(f"/v1/recoveries/{recovery['id']}/write-off", {"reason": "r"}, by=person)
            self.books.given_up[recovery["award_id"]] += recovery["outstanding_fen"]

    @rule()
    def net(self) -> None:
        """A recovery is netted against an issued order of the same payee and unit: paid and come back at once."""
        issued = self.payout.get("/v1/payment-orders?state=issued")["items"]
        for recovery in self.payout.get("/v1/recoveries?outstanding=true")["items"]:
            order = next((o for o in issued if o["payee"] == recovery["payee"] and o["unit"] == recovery["unit"]), None)
            if order is None:
                continue
            fen = min(order["amount_fen"], recovery["outstanding_fen"])
            headers = self.payout.tokens.headers("finance-maker")
            path = f"/v1/recoveries/{recovery['id']}/net"
            status = self.payout.http.post(path, json={"order_id": order["id"]}, headers=headers).status_code
            assert status in (200, 409)  # 409: the officer issued it, or it is held
            if status == 200:
                assert order["award_id"] not in self._stopped()
                self.books.paid[order["award_id"]] += fen
                self.books.repaid[recovery["award_id"]] += fen
            return

    @rule(subject=st.sampled_from(SUBJECTS))
    def hold_or_release(self, subject: str) -> None:
        """What is held is not sent; who holds does not release."""
        if subject not in self.books.entitlement:
            return
        path, held = f"/v1/awards/{award(subject)}", subject in self.books.held
        step, by = ("release", "finance-checker") if held else ("hold", "finance-maker")
        stopped = self._stopped()
        self.payout.post(f"{path}/{step}", {"reason": "r"}, by=by)
        self.books.held ^= {subject}
        self._stop_all_but(stopped)

    @rule(uscc=st.sampled_from([USCC, OTHER_USCC]), number=st.integers(1, 3))
    def correct_account(self, uscc: str, number: int) -> None:
        self.payout.account(uscc, f"622200001111222{number}")

    @rule(unit=st.sampled_from(UNITS), fen=st.integers(1, 100))
    def carry_over(self, unit: str, fen: int) -> None:
        body, headers = {"amount_fen": fen, "document": "d"}, self.payout.tokens.headers("finance-maker")
        answer = self.payout.http.post(f"/v1/budgets/{unit}/2026/carry-over", json=body, headers=headers)
        assert answer.status_code in (201, 409)
        for draft in answer.json().get("items", ()):
            self.payout.post(f"/v1/appropriations/{draft['id']}/confirm", by="finance-checker")
            self.books.appropriated[unit] -= fen

    def _stopped(self) -> set[str]:
        return {str(award(subject)) for subject in self.books.held | self.books.waiting}

    def _stop_all_but(self, stopped: set[str]) -> None:
        """What is at the bank when its award is stopped stays there; nothing else of it gets there."""
        for order in self.payout.get("/v1/payment-orders?state=batched")["items"]:
            if order["award_id"] in self._stopped() - stopped:
                self.books.sent_before.add(order["id"])

    @invariant()
    def nothing_held_or_waiting_is_sent(self) -> None:
        for order in self.payout.get("/v1/payment-orders?state=batched")["items"]:
            assert order["award_id"] not in self._stopped() or order["id"] in self.books.sent_before

    @invariant()
    def books_and_payout_agree(self) -> None:
        found = {(each["check"], each["subject"]) for each in self.payout.get("/v1/reconciliation")["differences"]}
        assert found == {
            ("shares_of_award", str(award(subject)))
            for subject in self.books.waiting & set(self.books.split)
            if self.books.split[subject] != self.books.entitlement[subject]
        }
        for subject, entitlement in self.books.split.items():
            story, key = self.payout.story(subject), str(award(subject))
            total = Counter[str]()
            for share in story["shares"]:
                total.update({name: value for name, value in share.items() if name.endswith("_fen")})
            assert story["version"] == self.books.version[subject]
            assert (story["entitlement_fen"], total["entitlement_fen"]) == (
                self.books.entitlement[subject],
                entitlement,
            )
            assert total["paid_fen"] == self.books.paid[key]
            assert total["recovered_fen"] == self.books.repaid[key]
            assert total["ordered_fen"] - total["recovered_fen"] >= entitlement
            assert (
                total["ordered_fen"] - total["recovered_fen"]
                <= entitlement + total["to_recover_fen"] + self.books.given_up[key]
            )
            assert len({order["id"] for order in story["orders"]}) == len(story["orders"])
        budgets: dict[str, Any] = {b["unit"]: b for b in self.payout.get("/v1/budgets")["items"] if b["year"] == 2026}
        for unit, fen in self.books.appropriated.items():
            assert budgets[unit]["appropriated_fen"] == fen
            assert budgets[unit]["free_fen"] >= 0

    def teardown(self) -> None:
        if hasattr(self, "payout"):
            self.payout.database.close()


@pytest.mark.timeout(600)
def test_random_histories(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> None:
    def start() -> Payout:
        return Payout(fresh_database("payout").connect(), tokens)

    machine = type("OnThisServer", (Histories,), {"start": staticmethod(start)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
