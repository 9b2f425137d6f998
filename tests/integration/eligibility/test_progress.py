"""`award.progressed`: every act on a decision is announced, with what the decision waits for afterwards."""

from __future__ import annotations

import orjson
from sqlalchemy import text

from services.eligibility.confirmations.handlers import decline_silent
from shared.database.engine import Database
from shared.events.award_progressed import AwardProgressed
from tests.integration.eligibility.api_driver import Office
from tests.integration.eligibility.procedure import (
    STEPS,
    TODAY,
    A,
    B,
    C,
    adopted,
    confirmed,
    path,
    proposed,
    ready,
    reviewed,
    reviewed_in_bulk,
)
from tests.integration.eligibility.support import evaluate, rent


def announced(database: Database) -> list[AwardProgressed]:
    with database.reading() as connection:
        query = "SELECT data FROM outbox_events WHERE topic = 'award-progress.v1' ORDER BY batch, place"
        written = connection.execute(text(query)).scalars().all()
    events = [AwardProgressed.model_validate_json(data) for data in written]
    assert [orjson.loads(each.model_dump_json()) for each in events] == [orjson.loads(data) for data in written]
    return events


def story(database: Database, uscc: str) -> list[tuple[str, list[str], str | None]]:
    """What was announced of an enterprise: state, what its decision waits for, until when."""
    return [
        (str(each.state), each.waiting_for, each.due_on.isoformat() if each.due_on else None)
        for each in announced(database)
        if each.uscc == uscc
    ]


def test_each_step_from_proposal_to_approval_is_announced(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    ready(office, A)
    notice = office.did("commerce-maker", "/v1/notices", {"decision_ids": [office.id_of(A)]})
    office.closed(notice)
    office.approved_in_bulk({"notice_id": notice["id"]})
    assert story(office.database, A) == [
        ("proposed", STEPS, "2026-03-09"),
        ("proposed", STEPS[1:], None),
        ("proposed", STEPS[2:], None),
        ("proposed", ["notice"], None),
        ("in_notice", ["notice"], "2026-03-05"),
        ("proposed", ["approval"], None),
        ("approved", [], None),
    ]
    assert story(office.database, B) == [("proposed", STEPS, "2026-03-09")]


def test_what_reviewers_and_silence_do_is_announced(office: Office) -> None:
    adopted(office)
    made = proposed(office, rent(A, 500), rent(B, 700))
    reviewed(office, A, "statistics-officer", "statistics", outcome="objected", reason="not in the report")
    reviewed_in_bulk(office, "statistics-officer", {"evaluation_id": made, "reviewer": "statistics"})
    confirmed(office, A)
    assert decline_silent(office.database, TODAY.replace(month=4))
    assert story(office.database, A)[1:] == [
        ("suspended", STEPS, "2026-03-09"),
        ("suspended", STEPS[1:], None),
    ]
    assert story(office.database, B)[1:] == [
        ("proposed", ["confirmation", "review:district"], "2026-03-09"),
        ("rejected", [], None),
    ]


def test_a_restated_award_announces_the_end_of_the_decision_before_it(office: Office) -> None:
    proposed(office, rent(A, 500))
    proposed(office, rent(A, 600))
    office.did("commerce-maker", path(office, A, "suspend"), {"reason": "asked for papers"})
    office.did("commerce-checker", path(office, A, "reject"), {"reason": "withdrawn"})
    assert [state for state, _, _ in story(office.database, A)] == [
        "proposed",
        "superseded",
        "proposed",
        "suspended",
        "rejected",
    ]


def test_the_steps_on_a_decision_are_those_that_its_procedure_still_requires(office: Office) -> None:
    adopted(office)
    evaluate(office.database, rent(A, 500), rent(B, 700), rent(C, 900), on=TODAY)
    ready(office, A)
    confirmed(office, B)
    reviewed(office, C, "statistics-officer", "statistics", outcome="objected", reason="not in the report")
    differ = """
        SELECT count(*) FROM decisions d WHERE open_steps <> coalesce((
            SELECT array_agg(step ORDER BY place) FROM decision_steps s
            WHERE s.decision_id = d.id AND (outcome IS NULL OR outcome = 'objected')), '{}')
    """
    with office.database.reading() as connection:
        assert connection.execute(text(differ)).scalar_one() == 0
