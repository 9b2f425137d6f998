"""The database refuses every beginning and every transition of a decision that its lifecycle does not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.eligibility.decisions.domain import TRANSITIONS, State
from shared.database.engine import Database
from tests.integration.eligibility.support import evaluate, rent, the_decision
from tests.support.databases import ServiceDatabase

AWARD, NOTICE = uuid4(), uuid4()
PREPARED = f"""
    INSERT INTO documents (hash, kind, content) VALUES ('d', 'inputs', '');
    INSERT INTO awards (award_id, policy, award, subject) VALUES ('{AWARD}', 'p', 'a', 's');
    INSERT INTO notices (id, working_days, opened_on, last_day, opened_by)
    VALUES ('{NOTICE}', 0, '2026-03-02', '2026-03-02', 'a');
"""
BEGIN = """
    INSERT INTO decisions (id, award_id, evaluation_id, state, policy, award, article, subject, award_year, payee_uscc,
        payee_name, jurisdiction, result, kind, entitlement_fen, instalments, flags, reason, decided_on, facts_revision,
        policy_hash, interpretations_hash, inputs_hash, engine_version, proposed_by, notice_id, version, approved_by)
    VALUES (%(id)s, %(award)s, uuidv7(), %(state)s, 'p', 'a', '4', 's', 2023, 'u', 'n', 'city', 'granted', 'cash', 1, '[]', '{}',
        'initial', '2026-03-02', 1, 'd', 'd', 'd', '1', 'maker', CASE WHEN %(state)s = 'in_notice' THEN %(notice)s END,
        CASE WHEN %(state)s = 'approved' THEN 1 END, CASE WHEN %(state)s = 'approved' THEN 'checker' END)
"""
CHANGE = """
    UPDATE decisions SET state = %(state)s, notice_id = CASE WHEN %(state)s = 'in_notice' THEN %(notice)s END,
        version = CASE WHEN %(state)s IN ('approved', 'superseded') THEN version END,
        approved_by = CASE WHEN %(state)s IN ('approved', 'superseded') THEN approved_by END
    WHERE id = %(id)s
"""


@pytest.fixture
def owner(fresh_database: Callable[[str], ServiceDatabase]) -> Iterator[psycopg.Connection]:
    """Connects as the owner of the tables, with an award and a notice; nothing is committed."""
    with psycopg.connect(fresh_database("eligibility").owner_url) as connection:
        connection.execute(PREPARED.encode())
        yield connection
        connection.rollback()


def refusal(owner: psycopg.Connection, statement: str, state: State, origin: State | None = None) -> str | None:
    """Try a statement on a decision in `origin`, and undo it; returns what the database says, None if it allows it."""
    values = {"id": uuid4(), "award": AWARD, "notice": NOTICE, "state": state.value}
    with owner.transaction(force_rollback=True):
        if origin is not None:
            owner.execute("ALTER TABLE decisions DISABLE TRIGGER USER")
            owner.execute(BEGIN.encode(), values | {"state": origin.value})
            owner.execute("ALTER TABLE decisions ENABLE TRIGGER USER")
            if state is State.APPROVED:
                statement = statement.replace("THEN version END", "THEN 1 END").replace(
                    "THEN approved_by", "THEN 'checker'"
                )
        try:
            with owner.transaction():
                owner.execute(statement.encode(), values)
        except psycopg.errors.RestrictViolation as error:
            return str(error)
    return None


def test_exactly_the_transitions_of_the_table_are_possible(owner: psycopg.Connection) -> None:
    expected = {(origin, target) for (origin, _), targets in TRANSITIONS.items() for target in targets}
    possible = set()
    for origin, target in product(State, State):
        refused = refusal(owner, CHANGE, target, origin)
        if refused is None:
            possible.add((origin, target))
        else:
            assert f"cannot change from {origin} to {target}" in refused
    assert possible == expected


def test_a_decision_begins_as_a_proposal(owner: psycopg.Connection) -> None:
    assert [state for state in State if refusal(owner, BEGIN, state) is None] == [State.PROPOSED]


def test_one_forbidden_transition_refuses_all_of_a_statement(database: Database) -> None:
    evaluate(database, rent("A", 500), rent("B", 700))
    with database.transaction() as connection:
        connection.execute(text("UPDATE decisions SET state = 'rejected' WHERE subject = 'A'"))
    with pytest.raises(IntegrityError, match="from rejected to proposed"), database.transaction() as connection:
        connection.execute(
            text("UPDATE decisions SET state = CASE state WHEN 'rejected' THEN 'proposed' ELSE 'rejected' END")
        )
    assert [the_decision(database, subject).state for subject in "AB"] == ["rejected", "proposed"]
