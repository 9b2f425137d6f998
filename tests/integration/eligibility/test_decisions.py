"""The life of decisions in the database: what is proposed, what is left, what approval does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.eligibility.approvals import handlers
from services.eligibility.approvals import repository as approvals
from services.eligibility.decisions import repository, transitions
from services.eligibility.decisions.proposals import (
    Counts,
)
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.errors import DomainError
from shared.jobs import repository as jobs
from shared.jobs.runner import JobRunner, RunningJob
from tests.integration.eligibility.support import (
    CHECKER,
    LIANDU,
    MAKER,
    approve_all,
    evaluate,
    events,
    history,
    rent,
    the_decision,
)


def test_a_first_result_is_proposed_approved_and_told(database: Database) -> None:
    evaluation_id, counts = evaluate(database, rent("A", 1_000_000), rent("B", 500))
    assert counts == Counts(created=2, restated=0, withdrawn=0, unchanged=0)
    assert approve_all(database, evaluation_id) == 2
    assert history(database, "A") == [(1, "approved", "granted", 1_000_000, "initial")]
    told = {event.subject: event for event in events(database)}
    assert told["A"].version == 1
    assert told["A"].instalments[0].due_year == 2024
    assert told["A"].first_decided_on == date(2024, 3, 1)
    assert told["A"].receipt.facts_revision == 7


def test_the_same_result_again_leaves_no_trace(database: Database) -> None:
    evaluate(database, rent("A", 500))
    _, open_again = evaluate(database, rent("A", 500))
    assert open_again == Counts(created=0, restated=0, withdrawn=0, unchanged=1)
    with database.reading() as connection:
        evaluation_id = connection.execute(text("SELECT evaluation_id FROM decisions")).scalar_one()
    approve_all(database, evaluation_id)
    _, in_force = evaluate(database, rent("A", 500), on=date(2025, 6, 1))
    assert in_force == Counts(created=0, restated=0, withdrawn=0, unchanged=1)
    assert history(database, "A") == [(1, "approved", "granted", 500, "initial")]


@pytest.mark.parametrize(
    "change",
    [
        {"entitlement_fen": 600, "parts": '[{"due_offset_years":0,"amount_fen":600}]'},
        {"jurisdiction": "city"},
        {"payee_uscc": "B"},
        {"award_year": 2022},
        {"parts": '[{"due_offset_years":0,"amount_fen":250},{"due_offset_years":1,"amount_fen":250}]'},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_result_restates_and_keeps_the_first_decision_day(database: Database, change: dict[str, Any]) -> None:
    evaluation_id, _ = evaluate(database, rent("A", 500))
    approve_all(database, evaluation_id)
    second, counts = evaluate(database, rent("A", 500, **change), on=date(2025, 6, 1))
    assert counts == Counts(created=0, restated=1, withdrawn=0, unchanged=0)
    assert history(database, "A")[0][1] == "approved", "the version before is in force until the next is approved"
    approve_all(database, second)
    assert [(version, state) for version, state, *_ in history(database, "A")] == [(1, "superseded"), (2, "approved")]
    last = events(database)[-1]
    assert (last.version, last.reason, last.first_decided_on) == (2, "correction", date(2024, 3, 1))
    assert last.instalments[0].due_year == 2024


def test_a_proposal_that_never_stood_is_judged_with_its_own_day(database: Database) -> None:
    evaluate(database, rent("A", 100), on=date(2024, 5, 1))
    second, _ = evaluate(database, rent("A", 100), on=date(2025, 2, 1))
    assert approve_all(database, second) == 1
    evaluate(database, rent("A", 90), on=date(2025, 8, 1))
    with database.reading() as connection:
        ids = connection.execute(text("SELECT id FROM decisions ORDER BY id")).scalars().all()
        rows = [repository.get(connection, found, CHECKER) for found in ids]
        first_days = [repository.first_decision_day(connection, row) for row in rows]
    assert first_days == [date(2024, 5, 1), date(2025, 2, 1), date(2025, 2, 1)]


def test_a_new_name_is_no_new_result(database: Database) -> None:
    evaluation_id, _ = evaluate(database, rent("A", 500))
    approve_all(database, evaluation_id)
    _, counts = evaluate(database, rent("A", 500, payee_name="丽水乙有限公司", flags='{"integrity:tax"}'))
    assert counts.unchanged == 1


def test_what_is_no_longer_granted_is_withdrawn_and_may_come_back(database: Database) -> None:
    first, _ = evaluate(database, rent("A", 500))
    approve_all(database, first)
    second, counts = evaluate(database)
    assert counts == Counts(created=0, restated=0, withdrawn=1, unchanged=0)
    approve_all(database, second)
    _, again = evaluate(database)
    assert again == Counts(created=0, restated=0, withdrawn=0, unchanged=1)
    third, back = evaluate(database, rent("A", 500))
    assert back == Counts(created=0, restated=1, withdrawn=0, unchanged=0)
    approve_all(database, third)
    assert [(e.version, e.result, e.entitlement_fen) for e in events(database)] == [
        (1, "granted", 500),
        (2, "withdrawn", 0),
        (3, "granted", 500),
    ]


def test_a_proposal_that_lost_its_ground_is_closed(database: Database) -> None:
    evaluate(database, rent("A", 500))
    _, counts = evaluate(database)
    assert counts.withdrawn == 1
    assert history(database, "A") == [(None, "superseded", "granted", 500, "initial")]


def test_a_result_that_swung_back_closes_the_proposal(database: Database) -> None:
    first, _ = evaluate(database, rent("A", 500))
    approve_all(database, first)
    evaluate(database, rent("A", 900))
    _, counts = evaluate(database, rent("A", 500))
    assert counts.unchanged == 1
    assert [state for _, state, *_ in history(database, "A")] == ["approved", "superseded"]


def test_what_was_not_judged_is_left_alone(database: Database) -> None:
    first, _ = evaluate(database, rent("A", 500), rent("B", 700))
    approve_all(database, first)
    _, elsewhere = evaluate(database, subjects={("courier-rent", "B")})
    assert elsewhere.withdrawn == 1
    _, other_year = evaluate(database, years=(2022,))
    assert other_year == Counts(created=0, restated=0, withdrawn=0, unchanged=0)
    assert history(database, "A") == [(1, "approved", "granted", 500, "initial")]


def test_what_an_officer_rejected_is_not_proposed_again_until_it_differs(database: Database) -> None:
    evaluate(database, rent("A", 500))
    row = the_decision(database, "A")
    with database.transaction() as connection:
        handlers.reject(
            connection, row.id, CHECKER, reason="lease not proven", if_match=None, notice_days=0, language="en"
        )
    _, same = evaluate(database, rent("A", 500))
    assert same.unchanged == 1
    _, next_year = evaluate(database, rent("A", 500), on=date(2025, 2, 1))
    assert next_year.unchanged == 1, "that it would be due later is no other outcome"
    _, other = evaluate(database, rent("A", 501))
    assert other.created == 1
    assert [state for _, state, *_ in history(database, "A")] == ["rejected", "proposed"]


def test_the_maker_cannot_approve_neither_by_the_handler_nor_in_the_database(database: Database) -> None:
    evaluation_id, _ = evaluate(database, rent("A", 500))
    row = the_decision(database, "A")
    with pytest.raises(DomainError) as refused, database.transaction() as connection:
        handlers.approve(connection, row.id, MAKER, reason=None, if_match=None, notice_days=0, language="en")
    assert refused.value.code == "same-person"
    with database.reading() as connection:
        selection = approvals.select_for_approval(
            connection,
            evaluation_id=evaluation_id,
            by=MAKER.subject,
            reason=None,
            jurisdiction=None,
            notice_days=0,
        )
    assert (selection.ids, selection.skipped["own"]) == ([], 1)
    with pytest.raises(IntegrityError, match="maker_is_not_checker"), database.transaction() as connection:
        connection.execute(
            text("UPDATE decisions SET state = 'approved', version = 1, approved_by = proposed_by, approved_at = now()")
        )


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"actor": LIANDU, "row": {"jurisdiction": "city"}}, "not-found"),
        ({"if_match": '"9"'}, "stale"),
        ({"notice_days": 5}, "not-noticed"),
        ({"row": {"flags": '{"integrity:tax"}'}}, "reason-needed"),
    ],
    ids=["another jurisdiction", "changed since read", "no notice yet", "flagged without reason"],
)
def test_an_approval_that_may_not_be_is_refused(database: Database, given: dict[str, Any], problem: str) -> None:
    evaluate(database, rent("A", 500, **given.get("row", {})))
    row = the_decision(database, "A")
    with pytest.raises(DomainError) as refused, database.transaction() as connection:
        handlers.approve(
            connection,
            row.id,
            given.get("actor", CHECKER),
            reason=None,
            if_match=given.get("if_match"),
            notice_days=given.get("notice_days", 0),
            language="en",
        )
    assert refused.value.code == problem
    assert history(database, "A") == [(None, "proposed", "granted", 500, "initial")]


def test_a_move_that_does_not_exist_names_those_that_do(database: Database) -> None:
    evaluation_id, _ = evaluate(database, rent("A", 500))
    approve_all(database, evaluation_id)
    row = the_decision(database, "A")
    with pytest.raises(DomainError) as refused, database.transaction() as connection:
        handlers.reject(connection, row.id, CHECKER, reason="late", if_match=None, notice_days=0, language="en")
    assert refused.value.extra == {"state": "approved", "possible": []}


def test_a_suspended_decision_waits_until_it_is_resumed(database: Database) -> None:
    evaluation_id, _ = evaluate(database, rent("A", 500), rent("B", 700))
    row = the_decision(database, "A")
    with database.transaction() as connection:
        handlers.suspend(
            connection, row.id, MAKER, reason="objection heard", if_match=None, notice_days=0, language="en"
        )
    assert approve_all(database, evaluation_id) == 1
    with database.transaction() as connection:
        shown = handlers.resume(
            connection, row.id, MAKER, reason="settled", if_match=None, notice_days=0, language="en"
        )
    assert shown["state"] == "proposed"
    with database.reading() as connection:
        told = repository.read_told(connection, row.id, MAKER, 0)
    acts = [(act["act"], act["actor"]) for act in repository.acts(told, "zh-CN")]
    assert acts == [("propose", "commerce-maker"), ("suspend", "commerce-maker"), ("resume", "commerce-maker")]


def test_why_a_proposal_was_replaced_is_said_in_the_language_of_the_reader(database: Database) -> None:
    evaluate(database, rent("A", 500))
    first = the_decision(database, "A").id
    evaluate(database, rent("A", 600))
    with database.reading() as connection:
        row = repository.read_told(connection, first, MAKER, 0)
    told = [repository.acts(row, language)[-1]["reason"] for language in ("zh-CN", "en")]
    assert told == ["数据或适用口径已变更", "the facts or interpretations have changed"]


def test_an_award_in_kind_has_no_money(database: Database) -> None:
    in_kind = rent("A", 0, kind="in_kind", parts="[]")
    evaluation_id, _ = evaluate(database, in_kind)
    approve_all(database, evaluation_id)
    assert events(database)[0].instalments == []
    assert events(database)[0].entitlement_fen == 0


def test_an_award_given_once_is_newly_proposed_for_the_years_asked_for_alone(database: Database) -> None:
    hub = rent("HUB-1", 500, award="logistics-hub", identity_year=None, award_year=2022)
    _, other_years = evaluate(database, hub, years=(2023,))
    assert other_years == Counts(created=0, restated=0, withdrawn=0, unchanged=0)
    evaluation_id, asked = evaluate(database, hub, years=(2022, 2023))
    assert asked.created == 1
    approve_all(database, evaluation_id)
    moved, counts = evaluate(database, hub | {"award_year": 2021}, years=(2023,))
    assert counts.restated == 1, "what is in force is restated whatever the years asked for"
    assert approve_all(database, moved) == 1


def test_a_bulk_approval_that_died_half_way_goes_on_and_counts_what_it_did(database: Database) -> None:
    evaluation_id, _ = evaluate(database, rent("A", 500), rent("B", 700), rent("C", 900))
    with database.transaction() as connection:
        job_input: dict[str, Any] = {
            "evaluation_id": str(evaluation_id),
            "except": [],
            "reason": None,
            "jurisdiction": None,
        }
        job_id = jobs.enqueue(connection, handlers.APPROVAL, job_input, by=CHECKER.subject, now=SystemClock().now())
    with database.transaction() as connection:  # the attempt that died
        transitions.approve(connection, [the_decision(database, "A").id], by=CHECKER.subject, reason=None)
    handlers.run_bulk_approval(database, RunningJob(database, job_id, job_input, CHECKER.subject), notice_days=0)
    with database.reading() as connection:
        shown = handlers.bulk_approval_view(connection, job_id, CHECKER)
    assert (shown["state"], shown["approved"], sum(shown["skipped"].values())) == ("succeeded", 3, 0)


def test_what_another_bulk_approval_did_meanwhile_is_not_counted_twice(database: Database) -> None:
    evaluation_id, _ = evaluate(database, rent("A", 500), rent("B", 700))
    with database.transaction() as connection:
        asked = [
            handlers.start_bulk_approval(
                connection, CHECKER, evaluation_id=evaluation_id, reason=None, now=SystemClock().now()
            )
            for _ in range(2)
        ]
    runner = JobRunner(
        database,
        {handlers.APPROVAL: lambda job: handlers.run_bulk_approval(database, job, notice_days=0)},
    )
    assert runner.step() and runner.step()
    with database.reading() as connection:
        shown = [handlers.bulk_approval_view(connection, each, CHECKER) for each in asked]
    assert [(each["approved"], each["skipped"]["stale"]) for each in shown] == [(2, 0), (0, 2)]


def test_readers_of_a_bulk_approval_see_how_far_it_is(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "CHUNK", 40)
    evaluation_id, _ = evaluate(database, *(rent(subject, 500) for subject in "ABCDE"))
    with database.transaction() as connection:
        job_id = handlers.start_bulk_approval(
            connection, CHECKER, evaluation_id=evaluation_id, reason=None, now=SystemClock().now()
        )
    seen: list[tuple[int, int, int]] = []

    class Watched(RunningJob):
        def progress(self, done: int, total: int) -> None:
            super().progress(done, total)
            with database.reading() as connection:
                told = handlers.bulk_approval_view(connection, job_id, CHECKER)["progress"]
                approved = connection.execute(text("SELECT count(*) FROM decisions WHERE state = 'approved'"))
                seen.append((told["done"], told["total"], approved.scalar_one()))

    def watched(job: RunningJob) -> None:
        handlers.run_bulk_approval(database, Watched(database, job.id, job.input, job.created_by), notice_days=0)

    assert JobRunner(database, {handlers.APPROVAL: watched}).step()
    assert seen == [(0, 5, 0), (2, 5, 2), (4, 5, 4), (5, 5, 5)]
