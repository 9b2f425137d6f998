"""What a decision says can be done with it now is what can be done: nothing more, nothing less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event
from stdnum.cn import uscc

from services.eligibility.cases.handlers import OPERATIONS
from shared.web.enterprises import Enterprises
from tests.integration.eligibility.api_driver import MONDAY, Office
from tests.integration.eligibility.support import evaluate, rent

PROCEDURE = {
    "confirmation": {"required": True, "working_days": 5, "silence": "waits"},
    "reviews": [{"reviewer": "statistics"}, {"reviewer": "district", "awards": ["courier-rent"]}],
    "notice_working_days": 3,
    "later_instalments": "automatic",
    "reason": "丽商务〔2026〕1号",
}
REVIEWERS = {"statistics-officer": "statistics", "postal-officer": "postal", "liandu-officer": "district"}
PAYEE, ANOTHER = "the payee", "another enterprise"
ACTORS = (
    "commerce-maker",
    "commerce-checker",
    "liandu-officer",
    "zone-officer",
    "statistics-officer",
    "postal-officer",
    "finance-checker",
    "auditor",
    PAYEE,
    ANOTHER,
)
SEALED = {"get_decision_letter", "replay_decision"}
"""Operations on receipts, which are not sealed here: that they succeed is tested where they are."""


class Desk:
    """Decisions on the way from proposal to approval."""

    def __init__(self, office: Office) -> None:
        office.app.state.enterprises = Enterprises(lambda code: True)
        made = office.did("commerce-maker", "/v1/policies/lishui-2020-1/procedure", PROCEDURE)
        office.did("commerce-checker", f"/v1/policies/lishui-2020-1/procedure/{made['id']}/confirm")
        self.office = office
        self.codes = (code + uscc.calc_check_digit(code) for code in (f"9133110066056{n:04}" for n in count(1000)))

    def proposed(self, by: str = "commerce-maker") -> str:
        subject = next(self.codes)
        of = {("courier-rent", subject)}
        self.evaluation = evaluate(self.office.database, rent(subject, 500), on=date(2026, 3, 2), by=by, subjects=of)[0]
        return subject

    def ready(self, by: str = "commerce-maker") -> str:
        subject = self.proposed(by)
        for actor, operation in ((PAYEE, "confirm"), ("statistics-officer", "review"), ("liandu-officer", "review")):
            self.done(actor, f"{operation}_decision", subject)
        return subject

    def in_notice(self, by: str = "commerce-maker") -> str:
        subject = self.ready(by)
        self.office.did("commerce-maker", "/v1/notices", {"evaluation_id": str(self.evaluation)})
        return subject

    def noticed(self, by: str = "commerce-maker") -> str:
        subject = self.in_notice(by)
        notice = self.decision(subject)["notice_id"]
        self.office.clock.instant = MONDAY + timedelta(days=8)
        self.office.did("commerce-maker", f"/v1/notices/{notice}/close")
        self.office.clock.instant = MONDAY
        return subject

    def after(self, operation: str, actor: str, before: Callable[[], str], **body: str) -> str:
        subject = before()
        self.done(actor, operation, subject, **body)
        return subject

    def decision(self, subject: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.office.ask("auditor", "GET", self._path(subject)).json()
        return shown

    def possible(self, actor: str, subject: str) -> list[str] | None:
        """Return what somebody is told to be possible; None for whoever may not see the decision."""
        shown = self.office.ask_as(self._headers(actor, subject), "GET", self._path(subject))
        return list(shown.json()["possible_acts"]) if shown.is_success else None

    def done(self, actor: str, operation: str, subject: str, **body: str) -> None:
        given = self.tried(actor, operation, subject, **body)
        assert given.is_success, given.text

    def tried(self, actor: str, operation: str, subject: str, **body: str) -> httpx.Response:
        path, reason = self._path(subject), {"reason": "looked into"}
        operations: dict[str, tuple[str, str, dict[str, Any] | None]] = {
            "confirm_decision": (
                "POST",
                f"{path}/confirmation",
                {"accept": True, "account_confirmed": False, "commitment": True, "document": "确认书"},
            ),
            "review_decision": (
                "POST",
                f"{path}/reviews",
                {"reviewer": REVIEWERS.get(actor, "district"), "outcome": "passed", **reason},
            ),
            "approve_decision": ("POST", f"{path}/approve", reason),
            "reject_decision": ("POST", f"{path}/reject", reason),
            "suspend_decision": ("POST", f"{path}/suspend", reason),
            "resume_decision": ("POST", f"{path}/resume", reason),
            "record_objection": (
                "POST",
                f"/v1/notices/{self.decision(subject)['notice_id'] or uuid4()}/objections",
                {"decision_id": self.office.id_of(subject), **reason},
            ),
            "get_decision_letter": ("GET", f"{path}/letter", None),
            "replay_decision": ("POST", f"{path}/replay", None),
        }
        method, path, sent = operations[operation]
        return self.office.ask_as(self._headers(actor, subject), method, path, sent and {**sent, **body})

    def _headers(self, actor: str, subject: str) -> dict[str, str]:
        if actor not in (PAYEE, ANOTHER):
            return self.office.tokens.headers(actor)
        code = subject if actor == PAYEE else "91331100MA2000061E"
        return self.office.tokens.bearer(sub=f"enterprise:{code}", uscc=code, scope="own:read own:write")

    def _path(self, subject: str) -> str:
        return f"/v1/decisions/{self.office.id_of(subject)}"


STATES: Mapping[str, Callable[[Desk], str]] = {
    "proposed": lambda desk: desk.proposed(),
    "confirmed and reviewed": lambda desk: desk.ready(),
    "in notice": lambda desk: desk.in_notice(),
    "noticed": lambda desk: desk.noticed(),
    "noticed, proposed by the checker": lambda desk: desk.noticed("commerce-checker"),
    "suspended by an officer": lambda desk: desk.after("suspend_decision", "commerce-maker", desk.noticed),
    "suspended by a reviewer": lambda desk: desk.after(
        "review_decision", "statistics-officer", desk.proposed, outcome="objected"
    ),
    "objected to": lambda desk: desk.after("record_objection", "commerce-maker", desk.in_notice),
    "objected to by the payee": lambda desk: desk.after("record_objection", PAYEE, desk.in_notice),
    "rejected": lambda desk: desk.after("reject_decision", "commerce-checker", desk.noticed),
    "approved": lambda desk: desk.after("approve_decision", "commerce-checker", desk.noticed),
}
EXPECTED: Mapping[tuple[str, str], set[str]] = {
    ("proposed", "commerce-maker"): {"confirm_decision", "suspend_decision"},
    ("proposed", "liandu-officer"): {"review_decision"},
    ("proposed", PAYEE): {"confirm_decision"},
    ("confirmed and reviewed", "commerce-checker"): {"reject_decision"},
    ("in notice", PAYEE): {"record_objection"},
    ("noticed", "commerce-checker"): {"approve_decision", "reject_decision"},
    ("noticed, proposed by the checker", "commerce-checker"): {"reject_decision"},
    ("suspended by an officer", "commerce-maker"): {"resume_decision"},
    ("suspended by a reviewer", "commerce-maker"): {"confirm_decision"},
    ("suspended by a reviewer", "statistics-officer"): {"review_decision"},
    ("objected to", "commerce-maker"): {"record_objection"},
    ("objected to by the payee", PAYEE): set(),
    ("objected to by the payee", "commerce-maker"): {"record_objection"},
    ("rejected", "commerce-checker"): set(),
    ("approved", "auditor"): {"replay_decision", "get_decision_letter"},
}
"""Some of what follows from the procedure, written down by hand."""


@pytest.fixture
def desk(office: Office) -> Iterator[Desk]:
    yield Desk(office)


@pytest.mark.parametrize("state", STATES)
def test_what_is_listed_succeeds_and_all_else_is_refused(desk: Desk, state: str) -> None:
    subject = STATES[state](desk)
    for actor in ACTORS:
        told = desk.possible(actor, subject)
        possible, refusals = set(told or ()), (403, 404, 409) if told is not None else (403, 404, 409, 422)
        assert EXPECTED.get((state, actor), possible) == possible, actor
        for operation in set(OPERATIONS) - possible:
            refused = desk.tried(actor, operation, subject)
            assert refused.status_code in refusals, (actor, operation, refused.text)
        for operation in possible - SEALED:
            desk.done(actor, operation, STATES[state](desk))


def test_a_decision_in_force_is_told_by_one_question_to_the_database(desk: Desk) -> None:
    subject = STATES["approved"](desk)
    desk.possible("commerce-checker", subject)  # connects, and learns types
    asked: list[str] = []
    listen = (desk.office.app.state.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    event.listen(*listen)
    try:
        desk.possible("commerce-checker", subject)
    finally:
        event.remove(*listen)
    assert len(asked) == 2, asked  # the decision's id by its subject, as the test asks, is the first
