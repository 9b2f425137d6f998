"""What is measured of the decisions, beside what was decided."""

from __future__ import annotations

from services.eligibility.decisions.domain import State
from services.eligibility.metrics import DECISIONS
from shared.database.engine import Database
from tests.integration.eligibility.support import approve_all, evaluate, rent


def measured(database: Database) -> dict[tuple[str, ...], float]:
    with database.reading() as connection:
        return {(value.metric.name, *value.labels): value.value for value in DECISIONS.compute(connection)}


def test_decisions_are_counted_by_state_and_what_there_is_none_of_is_told(database: Database) -> None:
    assert measured(database) == {}
    evaluation_id, _ = evaluate(database, rent("A", 1_000_000), rent("B", 500))
    states = {("decisions", "courier-rent", state): 0.0 for state in State}
    assert measured(database) == states | {
        ("decisions", "courier-rent", "proposed"): 2,
        ("decisions_in_force_fen", "courier-rent"): 0,
    }
    approve_all(database, evaluation_id)
    assert measured(database) == states | {
        ("decisions", "courier-rent", "approved"): 2,
        ("decisions_in_force_fen", "courier-rent"): 1_000_500,
    }
