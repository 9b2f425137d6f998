"""The audit log by a round: whatever was done to it, its decisions and its notice is found, and nothing of another round."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.integration.eligibility.api_driver import Office
from tests.integration.eligibility.support import evaluate, rent, the_decision


def opened(office: Office, title: str, *subjects: str) -> dict[str, Any]:
    """Open a round, and have it propose an award to each subject."""
    body = {"policy": "lishui-2020-1", "title": title, "award_years": [2023]}
    made = office.did("commerce-maker", "/v1/rounds", body | {"opens_on": "2026-03-01", "closes_on": "2026-06-30"})
    pairs = {("courier-rent", subject) for subject in subjects}
    evaluate(office.database, *(rent(each, 500) for each in subjects), round_id=UUID(made["id"]), subjects=pairs)
    return made


def acts(office: Office, identifier: object) -> list[str]:
    found = office.ask("auditor", "GET", f"/v1/audit?concerning={identifier}")
    assert found.is_success, found.text
    return [each["act"] for each in found.json()["items"]]


@pytest.fixture
def handled(office: Office) -> dict[str, str]:
    """Two rounds; the first went through a notice with an objection to its approval, in bulk but for one decision."""
    first, second = opened(office, "第一批", "A", "B"), opened(office, "第二批", "C")
    notice = office.did("commerce-maker", "/v1/notices", {"round_id": first["id"]})
    office.decided(office.objected(notice, "A"), "rejected")
    office.closed(notice)
    office.did("commerce-checker", f"/v1/decisions/{office.id_of('B')}/approve")
    office.approved_in_bulk({"round_id": first["id"]})
    office.did("commerce-maker", f"/v1/decisions/{office.id_of('C')}/suspend", {"reason": "r"})
    return {"first": first["id"], "second": second["id"], "notice": notice["id"]}


def test_a_round_finds_what_was_done_to_what_belongs_to_it(office: Office, handled: dict[str, str]) -> None:
    whole = [
        *("open_round", "open_notice", "record_objection", "decide_objection", "close_notice", "approve_decision"),
        *("start_approval", "approval succeeded"),
    ]
    assert acts(office, handled["first"]) == whole
    assert acts(office, handled["second"]) == ["open_round", "suspend_decision"]
    assert acts(office, handled["notice"]) == whole, "its decisions are of one round"
    others = [each for each in whole if each != "decide_objection"]  # the notice names the objection that it got
    assert acts(office, office.id_of("B")) == others
    award = the_decision(office.database, "A").award_id
    assert acts(office, award) == [each for each in whole if each != "approve_decision"]


def test_an_identifier_that_is_of_nothing_finds_its_own_acts_alone(office: Office, handled: dict[str, str]) -> None:
    assert acts(office, "lishui-2020-1") == acts(office, "00000000-0000-0000-0000-000000000000") == []
    assert office.ask("commerce-maker", "GET", f"/v1/audit?concerning={handled['first']}").status_code == 403
