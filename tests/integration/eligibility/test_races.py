"""Two at once: the second waits for the first, then does what the state that is now allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from services.eligibility.approvals import handlers
from services.eligibility.decisions import transitions
from services.eligibility.decisions.domain import Act
from services.eligibility.notices.handlers import close_notice, open_notice
from services.eligibility.objections.handlers import record_objection
from services.eligibility.procedures.domain import Confirmation, Procedure, Review, Silence
from services.eligibility.procedures.handlers import confirm_change, propose_change
from services.eligibility.rules.library import load_policy
from shared.database.engine import Database
from shared.errors import DomainError
from tests.integration.eligibility.support import CHECKER, MAKER, evaluate, history, rent, the_decision

Step = Callable[[Connection], Any]
OPENED, LATER = date(2026, 3, 2), date(2026, 3, 30)


def while_open(database: Database, first: Step, second: Callable[[], Any]) -> Any:
    """Do `first`, and `second` elsewhere before `first` has committed; returns what came of `second`."""
    with ThreadPoolExecutor(1) as elsewhere:
        with database.transaction() as connection:
            first(connection)
            waiting = elsewhere.submit(second)
            while not _somebody_waits(database):
                if waiting.done():
                    waiting.result()
                    pytest.fail("the second did not wait for the first")
                time.sleep(0.01)
        return waiting.result(timeout=30)


def _somebody_waits(database: Database) -> bool:
    with database.reading() as connection:
        waits = text("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                     " WHERE NOT l.granted AND a.datname = current_database()")  # fmt: skip
        return bool(connection.execute(waits).scalar_one())


def refused(database: Database, step: Step) -> dict[str, Any]:
    with pytest.raises(DomainError) as problem, database.transaction() as connection:
        step(connection)
    return problem.value.extra


def approve(decision_id: Any) -> Step:
    return lambda connection: handlers.approve(
        connection, decision_id, CHECKER, reason=None, if_match=None, notice_days=0, language="en"
    )


def test_an_evaluation_that_meets_an_approval_restates_what_was_approved(database: Database) -> None:
    evaluate(database, rent("A", 500), rent("B", 700))
    approving = approve(the_decision(database, "A").id)
    _, counts = while_open(database, approving, lambda: evaluate(database, rent("A", 600), rent("B", 700)))
    assert (counts.restated, counts.unchanged) == (1, 1)
    assert history(database, "A") == [
        (1, "approved", "granted", 500, "initial"),
        (None, "proposed", "granted", 600, "correction"),
    ]


def test_an_approval_that_meets_an_evaluation_finds_the_proposal_gone(database: Database) -> None:
    evaluate(database, rent("A", 500))
    row = the_decision(database, "A")

    def evaluating(connection: Connection) -> None:
        connection.execute(text("SELECT 1 FROM awards a JOIN decisions d USING (award_id) FOR UPDATE OF a, d"))
        connection.execute(text("UPDATE decisions SET state = 'superseded'"))

    assert while_open(database, evaluating, lambda: refused(database, approve(row.id)))["state"] == "superseded"


@pytest.mark.parametrize("act", [Act.REJECT, Act.SUSPEND])
def test_of_two_moves_the_second_is_told_what_the_first_did(database: Database, act: Act) -> None:
    evaluate(database, rent("A", 500))
    row = the_decision(database, "A")

    def moving(connection: Connection) -> None:
        getattr(handlers, act)(connection, row.id, CHECKER, reason="r", if_match=None, notice_days=0, language="en")

    told = while_open(database, moving, lambda: refused(database, approve(row.id)))
    assert told["state"] == {Act.REJECT: "rejected", Act.SUSPEND: "suspended"}[act]


def test_of_two_bulk_approvals_each_decision_is_approved_once(database: Database) -> None:
    evaluate(database, *(rent(subject, 500) for subject in "ABC"))
    ids = [the_decision(database, subject).id for subject in "ABC"]

    def approving() -> int:
        with database.transaction() as connection:
            return transitions.approve(connection, list(reversed(ids)), by="another-checker", reason=None)

    first = lambda connection: transitions.approve(connection, ids[:2], by=CHECKER.subject, reason=None)  # noqa: E731
    assert while_open(database, first, approving) == 1
    assert [history(database, subject)[0][0] for subject in "ABC"] == [1, 1, 1]


def test_a_bulk_approval_leaves_out_what_was_rejected_while_it_waited(database: Database) -> None:
    evaluate(database, rent("A", 500), rent("B", 700))
    a, b = (the_decision(database, subject).id for subject in "AB")

    def rejecting(connection: Connection) -> None:
        handlers.reject(connection, a, CHECKER, reason="r", if_match=None, notice_days=0, language="en")

    def approving() -> int:
        with database.transaction() as connection:
            return transitions.approve(connection, [a, b], by=CHECKER.subject, reason=None)

    assert while_open(database, rejecting, approving) == 1
    assert [history(database, subject)[0][:2] for subject in "AB"] == [(None, "rejected"), (1, "approved")]


def test_two_departments_pass_the_same_decisions_at_once(database: Database) -> None:
    policy = load_policy("lishui-2020-1")
    reviews = Procedure(Confirmation(False, 5, Silence.WAITS), (Review("statistics"), Review("tax")))
    with database.transaction() as connection:
        change = propose_change(connection, policy, reviews, "r", by=MAKER.subject)
        confirm_change(connection, policy, change["id"], by=CHECKER.subject)
    evaluate(database, rent("A", 500), rent("B", 700))
    a, b = (the_decision(database, subject).id for subject in "AB")

    def passing(step: str, ids: list[UUID]) -> Callable[[Connection], int]:
        return lambda connection: transitions.pass_step(connection, ids, step, by="r", notice_days=5)

    def passing_again() -> list[int]:
        with database.transaction() as connection:
            return [passing(f"review:{each}", [a, b])(connection) for each in ("tax", "statistics")]

    assert while_open(database, passing("review:statistics", [a]), passing_again) == [2, 1]
    assert [the_decision(database, subject).open_steps for subject in "AB"] == [[], []]


def test_an_objection_and_the_close_of_its_notice_follow_one_another(database: Database) -> None:
    evaluate(database, rent("A", 500), rent("B", 700))
    a, b = (the_decision(database, subject).id for subject in "AB")
    with database.transaction() as connection:
        notice_id = open_notice(connection, MAKER, decision_ids=[a, b], working_days=5, today=OPENED)["id"]

    def objecting(connection: Connection) -> dict[str, Any]:
        return record_objection(connection, notice_id, a, MAKER, objector=None, reason="r")

    def closing() -> None:
        with database.transaction() as connection:
            close_notice(connection, notice_id, MAKER, today=LATER)

    while_open(database, objecting, closing)
    assert [the_decision(database, subject).state for subject in "AB"] == ["suspended", "proposed"]
    assert refused(database, objecting)["state"] == "closed"


def test_a_proposal_goes_into_one_of_two_notices(database: Database) -> None:
    evaluate(database, rent("A", 500))
    a = the_decision(database, "A").id

    def opening(connection: Connection) -> dict[str, Any]:
        return open_notice(connection, MAKER, decision_ids=[a], working_days=5, today=OPENED)

    def second() -> str:
        with pytest.raises(DomainError) as problem, database.transaction() as connection:
            opening(connection)
        return problem.value.errors[0].code

    assert while_open(database, opening, second) == "in_notice"
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM notices")).scalar_one() == 1
