"""What an answer lists as possible is not refused for who asks or for its state, and what it does not list is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest

from services.eligibility.papers.kinds import KINDS
from tests.integration.eligibility.api_driver import Office
from tests.integration.eligibility.support import POLICY, evaluate, rent

CALLERS = ("commerce-maker", "commerce-checker", "postal-officer", "liandu-officer", "auditor", "finance-maker")
REFUSED = (403, 404, 409)
DAYS = {"opens_on": "2026-03-01", "closes_on": "2026-06-30"}
ROUND = {"policy": POLICY, "title": "第一批", "award_years": [2023], **DAYS}
REASON = {"reason": "核对无误"}
FACTS = "/v1/scenario-facts?dataset=enterprises"

Calls = Mapping[str, tuple[str, Mapping[str, Any]]]
"""Each operation on something, with its path and a body that lacks nothing but may be wrong for the service."""


def judged(office: Office, shown: Mapping[str, Any], calls: Calls, caller: str) -> None:
    """Call every operation on something as `caller`, and compare what is refused with what was listed.

    What is not listed is called first: it must leave everything as it is.
    """
    listed = set(shown["possible_acts"])
    assert listed <= calls.keys(), "an operation is listed that this test does not call"
    for name, (path, body) in sorted(calls.items(), key=lambda call: call[0] in listed):
        answer = office.ask(caller, "POST", path, body)
        is_refused = answer.status_code in REFUSED
        assert is_refused == (name not in listed), (caller, name, answer.text)
        if name in listed:
            return  # it may have changed what the others are judged by


def looked_at(office: Office, caller: str, path: str) -> Any:
    answer = office.ask(caller, "GET", path)
    return answer.json() if answer.is_success else None


@pytest.mark.parametrize("caller", CALLERS)
def test_a_policy(office: Office, caller: str) -> None:
    shown = looked_at(office, caller, f"/v1/policies/{POLICY}")
    calls: Calls = {
        "start_evaluation": ("/v1/evaluations", {}),
        "open_round": ("/v1/rounds", ROUND),
        "start_simulation": ("/v1/simulations", {}),
        "preview_impact": ("/v1/impact", {}),
        "read_scenario_facts": (FACTS, {}),
        "propose_interpretation_change": (f"/v1/policies/{POLICY}/interpretations", {}),
        "propose_procedure": (f"/v1/policies/{POLICY}/procedure", {}),
    }
    for name, (path, body) in calls.items():
        answer = office.ask(caller, "POST", path, body)
        assert (answer.status_code == 403) == (name not in shown["possible_acts"]), (name, answer.text)


def round_with_proposals(office: Office) -> str:
    made: dict[str, Any] = office.did("commerce-maker", "/v1/rounds", ROUND)
    evaluate(office.database, rent("A", 500), rent("B", 700), round_id=UUID(made["id"]))
    return str(made["id"])


def nothing(_: Office, __: str) -> None:
    """Leave a round as it was proposed."""


def notice(office: Office, round_id: str) -> None:
    office.did("commerce-maker", "/v1/notices", {"round_id": round_id})


def rejected(office: Office, _: str) -> None:
    for subject in ("A", "B"):
        office.did("commerce-checker", f"/v1/decisions/{office.id_of(subject)}/reject", REASON)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("happened", [nothing, notice, rejected])
def test_a_round(office: Office, caller: str, happened: Callable[[Office, str], None]) -> None:
    round_id = round_with_proposals(office)
    happened(office, round_id)
    shown = looked_at(office, caller, f"/v1/rounds/{round_id}")
    reviewer = {"postal-officer": "postal", "liandu-officer": "district"}.get(caller, "statistics")
    calls: Calls = {
        "start_evaluation": ("/v1/evaluations", {}),
        "start_review": ("/v1/reviews", {"round_id": round_id, "reviewer": reviewer}),
        "start_approval": ("/v1/approvals", {"round_id": round_id}),
        "start_letter_batch": (f"/v1/rounds/{round_id}/letters", {}),
        "open_notice": ("/v1/notices", {"round_id": round_id}),
    }
    for name, (path, body) in calls.items():
        answer = office.ask(caller, "POST", path, body)
        assert (answer.status_code in REFUSED) == (name not in shown["possible_acts"]), (name, answer.text)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("is_over", [False, True])
@pytest.mark.parametrize("is_closed", [False, True])
def test_a_notice(office: Office, caller: str, is_over: bool, is_closed: bool) -> None:
    made = office.noticed(rent("A", 500), rent("B", 700, jurisdiction="city"))
    if is_closed:
        office.closed(made)
    elif is_over:
        office.clock.instant = office.clock.instant.replace(day=20)
    shown = looked_at(office, caller, f"/v1/notices/{made['id']}")
    body = {"decision_id": office.id_of("A"), **REASON}
    calls: Calls = {
        "record_objection": (f"/v1/notices/{made['id']}/objections", body),
        "start_approval": ("/v1/approvals", {"notice_id": made["id"]}),
        "close_notice": (f"/v1/notices/{made['id']}/close", {}),
    }
    for name, (path, sent) in calls.items():
        answer = office.ask(caller, "POST", path, sent)
        assert (answer.status_code in REFUSED) == (name not in shown["possible_acts"]), (name, answer.text)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("is_decided", [False, True])
def test_an_objection(office: Office, caller: str, is_decided: bool) -> None:
    made = office.objected(office.noticed(rent("A", 500)), "A")
    if is_decided:
        office.decided(made, "rejected")
    shown = looked_at(office, caller, f"/v1/objections/{made['id']}")
    calls: Calls = {"decide_objection": (f"/v1/objections/{made['id']}/decide", {"outcome": "rejected", **REASON})}
    if shown is None:
        assert office.ask(caller, "POST", *calls["decide_objection"]).status_code in REFUSED
    else:
        judged(office, shown, calls, caller)


STATUS = {"status": "suspended", "effective_on": "2026-03-02", "document": "丽商务〔2026〕1号", **REASON}
TWO_PERSONS = [
    pytest.param(
        f"/v1/policies/{POLICY}/interpretations",
        f"/v1/policies/{POLICY}/interpretations",
        {"interpretations": {"tier_jump": "every_tier"}, **REASON},
        "confirm_interpretation_change",
        id="interpretations",
    ),
    pytest.param(
        f"/v1/policies/{POLICY}/procedure",
        f"/v1/policies/{POLICY}/procedure",
        {"notice_working_days": 3, **REASON},
        "confirm_procedure",
        id="procedure",
    ),
    pytest.param(
        f"/v1/policies/{POLICY}/awards/courier-rent/status",
        f"/v1/policies/{POLICY}/awards/courier-rent/status",
        STATUS,
        "confirm_award_status_change",
        id="status",
    ),
]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("is_confirmed", [False, True])
@pytest.mark.parametrize(("place", "posted_to", "body", "confirm"), TWO_PERSONS)
def test_what_two_persons_change(
    office: Office, caller: str, is_confirmed: bool, place: str, posted_to: str, body: dict[str, Any], confirm: str
) -> None:
    made = office.did("commerce-maker", posted_to, body)
    if is_confirmed:
        office.did("commerce-checker", f"{place}/{made['id']}/confirm")
    shown = looked_at(office, caller, place)
    proposing = office.ask(caller, "POST", posted_to, body)
    assert (proposing.status_code == 403) == (not shown["possible_acts"]), proposing.text
    [change] = [each for each in shown["changes"] if each["id"] == made["id"]]
    judged(office, change, {confirm: (f"{place}/{made['id']}/confirm", {})}, caller)


def test_who_proposed_a_change_is_not_asked_to_confirm_it(office: Office) -> None:
    place = f"/v1/policies/{POLICY}/procedure"
    office.did("commerce-maker", place, {"notice_working_days": 3, **REASON})
    both = office.tokens.bearer(sub="commerce-maker", scope="evaluations:read readings:confirm readings:propose")
    [change] = office.ask_as(both, "GET", place).json()["changes"]
    assert change["possible_acts"] == []
    refused = office.ask_as(both | {"Idempotency-Key": "k" * 20}, "POST", f"{place}/{change['id']}/confirm")
    assert refused.status_code in REFUSED


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("is_discarded", [False, True])
def test_a_template(office: Office, caller: str, is_discarded: bool) -> None:
    kind = next(iter(KINDS.values())).code
    proposed = office.ask("commerce-maker", "POST", f"/v1/paper-templates/{kind}/changes?reason=r")
    assert proposed.status_code == 201, proposed.text
    made = proposed.json()
    place = f"/v1/paper-templates/{kind}/changes/{made['id']}"
    if is_discarded:
        office.did("commerce-checker", f"{place}/discard", REASON)
    found = looked_at(office, caller, "/v1/paper-templates")
    [of_kind] = [each for each in found if each["kind"] == kind]
    [change] = of_kind["changes"]
    calls: Calls = {
        "confirm_paper_template": (f"{place}/confirm", {}),
        "discard_paper_template": (f"{place}/discard", REASON),
    }
    for name, (path, body) in sorted(calls.items(), key=lambda call: call[0] != "discard_paper_template"):
        if name in change["possible_acts"] and name == "discard_paper_template":
            continue  # it would end what the other is tried on
        answer = office.ask(caller, "POST", path, body)
        assert (answer.status_code in REFUSED) == (name not in change["possible_acts"]), (name, answer.text)
    assert ("discard_paper_template" in change["possible_acts"]) == (
        not is_discarded and caller in ("commerce-maker", "commerce-checker")
    )
    assert (of_kind["possible_acts"] == ["propose_paper_template"]) == (caller == "commerce-maker")
