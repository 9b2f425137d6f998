"""Payout has a version that nobody decided: its number is recalled, and two persons restate the award above it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.eligibility.corrections.recalls import recall
from shared.database.engine import Database
from shared.events.award_decided import AwardDecided
from tests.integration.eligibility.support import approve_all, evaluate, events, rent


@pytest.fixture
def decided(database: Database) -> AwardDecided:
    """Version 1 of an award, 500 fen."""
    approve_all(database, evaluate(database, rent("A", 500))[0])
    return events(database)[-1]


def forged(decided: AwardDecided, **changes: object) -> AwardDecided:
    return decided.model_copy(update={"version": 2, "entitlement_fen": 9_999, **changes})


def recalled(database: Database, held: AwardDecided) -> dict[str, int]:
    with database.transaction() as connection:
        return recall(connection, [held], by="commerce-maker", reason="reconciliation of 1 March")


@pytest.mark.parametrize("version", [1, 2, 700], ids=["own number", "next number", "far ahead"])
def test_the_award_is_decided_again_above_the_forged_version(
    database: Database, decided: AwardDecided, version: int
) -> None:
    assert recalled(database, forged(decided, version=version)) == {"recalled": 1, "unchanged": 0}
    evaluation, counts = evaluate(database, rent("A", 500))
    assert counts.unchanged == 0, "proposed although nothing changed"
    approve_all(database, evaluation)
    last = events(database)[-1]
    assert (last.version, last.entitlement_fen, last.payee) == (max(version, 2) + 1, 500, decided.payee)
    assert evaluate(database, rent("A", 500))[1].unchanged == 1


@pytest.mark.parametrize("of_no_award", [False, True], ids=["an award that is not due", "an identity of nobody's"])
def test_an_invented_award_is_withdrawn(database: Database, decided: AwardDecided, of_no_award: bool) -> None:
    award_id = uuid4() if of_no_award else UUID(str(decided.award_id))
    held = forged(decided, award_id=award_id, version=1 if of_no_award else 2)
    assert recalled(database, held)["recalled"] == 1
    evaluation, counts = evaluate(database, *([rent("A", 500)] if of_no_award else []), subjects=None)
    assert counts.withdrawn == 1
    approve_all(database, evaluation)
    last = events(database)[-1]
    assert (last.award_id, last.version, last.result) == (award_id, held.version + 1, "withdrawn")


def test_what_payout_has_as_decided_is_left_alone(database: Database, decided: AwardDecided) -> None:
    assert recalled(database, decided) == {"recalled": 0, "unchanged": 1}
    assert evaluate(database, rent("A", 500))[1].unchanged == 1
