"""What payout lists as possible can be done; what it does not list is refused, whoever asks, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from services.payout.orders.handlers import APPROVALS
from services.payout.worker import job_handlers
from shared.authorization import Scope
from shared.jobs.runner import JobRunner
from tests.integration.payout.bank import answer, approve, batch, issued, paid, recovery_of, result
from tests.integration.payout.support import SHARED_HALF, USCC, Payout, award, decision

ALL = " ".join(scope for scope in Scope if not scope.startswith("own:") and scope is not Scope.RESULTS_BANK)
"""Scopes that no person should have together: what keeps one person from both halves then is the second-person rule."""
CALLERS: Mapping[str, Mapping[str, str]] = {
    "maker": {"sub": "finance-maker", "scope": ALL},
    "checker": {"sub": "finance-checker", "scope": ALL},
    "third": {"sub": "third", "scope": ALL},
    "reader": {"sub": "reader", "scope": Scope.MONEY_READ},
    "district": {"sub": "district", "scope": ALL, "jurisdiction": "liandu"},
}
REASON = {"reason": "已核实"}
Bodies = Mapping[str, tuple[str, Any]]
"""By operation, the rest of its path and its body."""


@dataclass(frozen=True)
class Case:
    """A state: `prepare` brings payout there and returns the path of the thing and of the answer that lists what is possible.

    `acts` are the operations on it; `does` are those that are possible for whom in this state.
    """

    prepare: Callable[[Payout], tuple[str, str]]
    acts: Bodies
    does: Mapping[str, set[str]]


def _arrangement(payout: Payout) -> tuple[str, str]:
    path = f"/v1/arrangements/{payout.post('/v1/arrangements', SHARED_HALF, by='finance-maker')['id']}"
    return path, path


def _overlapping(payout: Payout) -> tuple[str, str]:
    payout.arrange()
    return _arrangement(payout)


def _appropriation(payout: Payout) -> tuple[str, str]:
    body = {"unit": "city", "year": 2026, "amount_fen": 500, "document": "d"}
    return (
        f"/v1/appropriations/{payout.post('/v1/appropriations', body, by='finance-maker')['id']}",
        "/v1/appropriations",
    )


def _budget(payout: Payout) -> tuple[str, str]:
    payout.appropriate("city", 100)
    return "/v1/budgets/city/2026", "/v1/budgets/city/2026"


def _order(payout: Payout) -> tuple[str, str]:
    path = f"/v1/payment-orders/{issued(payout)}"
    return path, path


def _held_order(payout: Payout) -> tuple[str, str]:
    path = _order(payout)
    payout.post(f"/v1/awards/{award()}/hold", REASON, by="finance-maker")
    return path


def _approved_order(payout: Payout) -> tuple[str, str]:
    order_id = issued(payout)
    approve(payout, order_id)
    return f"/v1/payment-orders/{order_id}", f"/v1/payment-orders/{order_id}"


def _failed_order(payout: Payout) -> tuple[str, str]:
    order_id = issued(payout)
    approve(payout, order_id)
    answer(payout, batch(payout)["id"], result(order_id, "failed", reason="户名不符"))
    return f"/v1/payment-orders/{order_id}", f"/v1/payment-orders/{order_id}"


def _sampled_order(payout: Payout) -> tuple[str, str]:
    order_id = issued(payout)
    approve(payout, order_id)
    payout.post("/v1/payment-batches", {"unit": "city", "sample_percent": 100}, by="finance-maker")
    return f"/v1/payment-orders/{order_id}", f"/v1/payment-orders/{order_id}/checks"


def _results(payout: Payout) -> tuple[str, str]:
    order_id = issued(payout)
    approve(payout, order_id)
    results = f"/v1/payment-batches/{batch(payout)['id']}/results"
    entered = payout.post(results, {"rows": [result(order_id)]}, by="finance-maker")
    return f"{results}/{entered['id']}", f"{results}/{entered['id']}"


def _correction(payout: Payout) -> tuple[str, str]:
    body = result(paid(payout), "returned") | REASON
    entered = payout.post("/v1/result-corrections", body, by="finance-maker")
    return f"/v1/result-corrections/{entered['id']}", "/v1/result-corrections"


def _recovery(payout: Payout) -> tuple[str, str]:
    path = f"/v1/recoveries/{recovery_of(payout, 400)}"
    return path, path


def _repaid(payout: Payout) -> tuple[str, str]:
    path, _ = _recovery(payout)
    body = {"amount_fen": 600, "received_on": "2026-03-01", "bank_reference": "R1"}
    payout.repay(path.rpartition("/")[2], body)
    return path, path


def _drawn_up(payout: Payout) -> tuple[str, str]:
    path, _ = _recovery(payout)
    payout.post(f"{path}/act", {"cause": "misstatement", "reason": "申报件量不实"}, by="finance-maker")
    payout.post(f"{path}/write-off", REASON, by="finance-maker")
    return path, path


def _repayment(payout: Payout) -> tuple[str, str]:
    path, _ = _recovery(payout)
    body = {"amount_fen": 200, "received_on": "2026-03-01", "bank_reference": "R1"}
    entered = payout.post(f"{path}/repayments", body, by="finance-maker")
    return f"{path}/repayments/{entered['id']}", f"{path}/repayments"


def _plan(payout: Payout) -> tuple[str, str]:
    path, _ = _recovery(payout)
    body = REASON | {"parts": [{"due_on": "2026-04-30", "amount_fen": 600}]}
    entered = payout.post(f"{path}/plans", body, by="finance-maker")
    return f"{path}/plans/{entered['id']}", path


def _plan_of_another_sum(payout: Payout) -> tuple[str, str]:
    path = _plan(payout)
    body = {"amount_fen": 100, "received_on": "2026-03-01", "bank_reference": "R1"}
    payout.repay(path[1].rpartition("/")[2], body)
    return path


def _award(payout: Payout) -> tuple[str, str]:
    issued(payout)
    return f"/v1/awards/{award()}", f"/v1/awards/{award()}"


def _held_award(payout: Payout) -> tuple[str, str]:
    paths = _award(payout)
    payout.post(f"/v1/awards/{award()}/hold", REASON, by="finance-maker")
    return paths


def _hold(payout: Payout) -> tuple[str, str]:
    issued(payout)
    payout.post(f"/v1/payees/{USCC}/hold", REASON, by="finance-maker")
    return f"/v1/payees/{USCC}", "/v1/holds?in_force=true"


def _restoration(payout: Payout) -> tuple[str, str]:
    opened = payout.post("/v1/restorations", REASON, by="finance-maker")
    return f"/v1/restorations/{opened['id']}", "/v1/restorations"


def _two(kind: str, *, district: bool = False) -> tuple[Bodies, Mapping[str, set[str]]]:
    """Return the acts on what the maker proposed, and who may do them: the maker may discard it alone."""
    confirm, discard = f"confirm_{kind}", f"discard_{kind}"
    does = {"maker": {discard}, "checker": {confirm, discard}, "third": {confirm, discard}}
    return {confirm: ("/confirm", None), discard: ("/discard", REASON)}, does | (
        {"district": {confirm}} if district else {}
    )


ORDER: Bodies = {"approve_payment_order": ("/approve", None), "reissue_payment_order": ("/reissue", None)}
HOLDS: Bodies = {"hold_award": ("/hold", REASON), "release_award": ("/release", REASON)}
ACTS: Bodies = {
    "draft_repayment": ("/repayments", {"amount_fen": 100, "received_on": "2026-03-01", "bank_reference": "R9"}),
    "write_off_recovery": ("/write-off", REASON),
    "draw_up_recovery_act": ("/act", {"cause": "fraud", "reason": "骗取"}),
    "state_on_recovery": ("/act/statements", {"statement": "统计口径有误。"}),
    "issue_recovery_act": ("/act/issue", None),
    "discard_recovery_act": ("/act/discard", REASON),
    "draft_repayment_plan": ("/plans", REASON | {"parts": [{"due_on": "2026-04-30", "amount_fen": 600}]}),
}
EVERYBODY = ("maker", "checker", "third")


def _by(operations: set[str], *callers: str) -> Mapping[str, set[str]]:
    return dict.fromkeys(callers, operations)


NEW = {"draft_repayment", "write_off_recovery", "draw_up_recovery_act", "draft_repayment_plan"}
DRAWN = {"draft_repayment", "draft_repayment_plan", "state_on_recovery", "discard_recovery_act"}
SECOND = DRAWN | {"issue_recovery_act", "write_off_recovery"}
CONFIRM: Bodies = {"confirm_arrangement": ("/confirm", None)}
CASES = {
    "a draft of an arrangement": Case(_arrangement, CONFIRM, _by(set(CONFIRM), "checker", "third")),
    "a draft that overlaps": Case(_overlapping, CONFIRM, {}),
    "an appropriation": Case(_appropriation, *_two("appropriation")),
    "a budget": Case(
        _budget, {"carry_over_budget": ("/carry-over", {"document": "d"})}, _by({"carry_over_budget"}, *EVERYBODY)
    ),
    "an issued order": Case(_order, ORDER, _by({"approve_payment_order"}, *EVERYBODY)),
    "an order on hold": Case(_held_order, ORDER, {}),
    "an approved order": Case(_approved_order, ORDER, {}),
    "a failed order": Case(_failed_order, ORDER, _by({"reissue_payment_order"}, *EVERYBODY)),
    "a sampled order": Case(
        _sampled_order,
        {"release_payment_order": ("/release", REASON)},
        _by({"release_payment_order"}, "checker", "third"),
    ),
    "results": Case(_results, *_two("payment_results")),
    "a correction": Case(_correction, *_two("result_correction")),
    "a recovery": Case(_recovery, ACTS, _by(NEW, *EVERYBODY)),
    "a recovery that is repaid": Case(_repaid, ACTS, {}),
    "a recovery with an act": Case(_drawn_up, ACTS, {"maker": DRAWN, "checker": SECOND, "third": SECOND}),
    "a repayment": Case(_repayment, *_two("repayment")),
    "a plan": Case(_plan, *_two("repayment_plan")),
    "a plan of another sum": Case(
        _plan_of_another_sum, _two("repayment_plan")[0], _by({"discard_repayment_plan"}, *EVERYBODY)
    ),
    "an award": Case(_award, HOLDS, _by({"hold_award"}, *EVERYBODY)),
    "a held award": Case(_held_award, HOLDS, _by({"release_award"}, "checker", "third")),
    "a held payee": Case(_hold, {"release_payee": ("/release", REASON)}, _by({"release_payee"}, "checker", "third")),
    "a restoration": Case(
        _restoration,
        {"confirm_restoration": ("/confirm", None), "end_restoration": ("/end", REASON)},
        _by({"confirm_restoration", "end_restoration"}, "checker", "third"),
    ),
}


def listed(payout: Payout, path: str, thing: str, caller: str) -> set[str]:
    """Return what is possible with `thing` for a caller, from an answer that is it, or lists it."""
    found = payout.http.get(path, headers=payout.tokens.bearer(**CALLERS[caller]))
    if found.status_code in (403, 404):
        return set()
    body = found.json()
    own = thing.rpartition("/")[2]
    if isinstance(body, dict) and body.get("id") == own:
        return set(body["possible_acts"])
    items = body if isinstance(body, list) else body.get("items") or body.get("plans") or []
    for each in items:
        if own in (each.get("id"), each.get("uscc")):
            return set(each["possible_acts"])
    return set(body["possible_acts"]) if isinstance(body, dict) and "items" not in body else set()


def call(payout: Payout, thing: str, act: tuple[str, Any], caller: str) -> int:
    path, body = act
    answered = payout.http.post(f"{thing}{path}", json=body, headers=payout.tokens.bearer(**CALLERS[caller]))
    return int(answered.status_code)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_not_listed_is_refused_and_what_is_listed_is_done(payout: Payout, case: Case) -> None:
    thing, path = case.prepare(payout)
    possible = {caller: listed(payout, path, thing, caller) & set(case.acts) for caller in CALLERS}
    assert possible == {caller: set(case.does.get(caller, ())) for caller in CALLERS}
    for caller, operations in possible.items():
        for operation in case.acts.keys() - operations:
            assert call(payout, thing, case.acts[operation], caller) in (403, 404, 409), (caller, operation)
    assert {caller: listed(payout, path, thing, caller) & set(case.acts) for caller in CALLERS} == possible
    doer = next((caller for caller in ("third", *CALLERS) if possible[caller]), None)
    if doer is not None:
        operation = min(possible[doer])
        assert call(payout, thing, case.acts[operation], doer) in (200, 201), (doer, operation)


def test_lists_say_what_may_be_added(payout: Payout) -> None:
    lists = {
        "/v1/arrangements": "draft_arrangement",
        "/v1/appropriations": "draft_appropriation",
        "/v1/budgets": "draft_appropriation",
        "/v1/payment-orders": "approve_payment_orders",
        "/v1/payment-batches": "build_payment_batch",
        "/v1/result-corrections": "propose_result_correction",
        "/v1/payment-batches/reentries": "open_restoration",
    }
    for path, operation in lists.items():
        assert payout.http.get(path, headers=payout.tokens.bearer(**CALLERS["third"])).json()["possible_acts"] == [
            operation
        ]
        assert payout.http.get(path, headers=payout.tokens.bearer(**CALLERS["reader"])).json()["possible_acts"] == []
    payout.post("/v1/restorations", REASON, by="finance-maker")
    restoring = payout.get("/v1/payment-batches", by="finance-maker")
    assert restoring["possible_acts"] == [], "no batch is built while a restoration is open"


def test_an_order_whose_correction_waits_is_not_corrected_again(payout: Payout) -> None:
    order_id = paid(payout)
    path = f"/v1/result-corrections?order_id={order_id}"
    assert payout.get(path, by="finance-maker")["possible_acts"] == ["propose_result_correction"]
    payout.post("/v1/result-corrections", result(order_id, "returned") | REASON, by="finance-maker")
    assert payout.get(path, by="finance-maker")["possible_acts"] == []


def test_bulk_approval_leaves_exceptions_as_they_are(payout: Payout) -> None:
    payout.arrange()
    payout.account()
    payout.appropriate("city", 100_000)
    payout.receive(*(decision(f"s{n}", jurisdiction="city", instalments=((2025, 100),)) for n in range(3)))
    payout.fund()
    orders = [each["id"] for each in payout.get("/v1/payment-orders?state=issued")["items"]]
    payout.post("/v1/payment-orders/approvals", {"unit": "city", "except": orders[:1]}, by="finance-checker")
    earlier = {APPROVALS: job_handlers(payout.database, payout.accounts, payout.clock)[APPROVALS]}
    assert not JobRunner(payout.database, earlier).step(), (
        "a worker of 0.1.0, which knows no exceptions, leaves it alone"
    )
    payout.work()
    assert [each["id"] for each in payout.get("/v1/payment-orders?state=issued")["items"]] == orders[:1]
    body = {"order_ids": orders[:1], "except": orders[:1]}
    payout.post("/v1/payment-orders/approvals", body, by="finance-checker", expect=422)


def test_totals_add_up_to_the_orders(payout: Payout) -> None:
    issued(payout)
    payout.receive(decision("s2", jurisdiction="liandu", instalments=((2025, 1_000), (2027, 500))))
    orders, totals = payout.get("/v1/payment-orders")["items"], payout.get("/v1/payment-orders/totals")
    assert sum(each["amount_fen"] for each in totals) == sum(each["amount_fen"] for each in orders if each["live"])
    assert {(each["state"], each["waiting_for"], each["due_year"]) for each in totals} == {
        (each["state"], each["waiting_for"], each["due_year"]) for each in orders
    }
    own = payout.get("/v1/payment-orders/totals", by="liandu-officer")
    assert sum(each["amount_fen"] for each in own) == 1_500, "a district sees the orders of its awards"
