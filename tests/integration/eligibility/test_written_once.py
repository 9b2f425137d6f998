"""What an evaluation writes many together: outcomes are read by pages across rows, sealed inputs are found and cannot be lost."""

from __future__ import annotations

from itertools import pairwise
from uuid import uuid4

import polars as pl
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from services.eligibility.decisions import proposals
from services.eligibility.decisions.repository import sealed_documents
from services.eligibility.decisions.tables import decisions
from services.eligibility.engine.outcomes import OUTCOME_SCHEMA
from services.eligibility.evaluation_jobs import repository
from services.eligibility.rules.canonical import sha256
from shared.database.engine import Database
from tests.integration.eligibility.support import evaluate, rent
from tests.support.databases import as_owner

SUBJECTS = [f"E{number}" for number in range(7)]
CASES = [
    ("E0", "granted", "liandu"),
    ("E1", "undetermined", "liandu"),
    ("E2", "granted", "qingtian"),
    ("E3", "granted", "liandu"),
    ("E4", "undetermined", None),
    ("E5", "granted", "liandu"),
]
OUTCOMES = pl.DataFrame(
    [
        {
            "award": "courier-rent",
            "subject": subject,
            "award_year": 2023,
            "payee_uscc": subject,
            "jurisdiction": place,
            "result": result,
            "kind": "cash",
            "entitlement_fen": 100 if result == "granted" else 0,
            "missing": [] if result == "granted" else ["courier_years.rent_fen"],
            "flags": ["a, b", '"c"'] if subject == "E3" else [],
            "about_known": True,
        }
        for subject, result, place in CASES
    ],
    schema_overrides={
        name: kind for name, kind in OUTCOME_SCHEMA.items() if name in ("award_year", "missing", "flags")
    },
).with_columns(payee_name=pl.lit("丽水甲邮速递（样例）"))


@pytest.mark.parametrize("in_a_row", [1, 2, 4, 5_000])
def test_pages_do_not_depend_on_how_many_outcomes_are_in_a_row(
    database: Database, monkeypatch: pytest.MonkeyPatch, in_a_row: int
) -> None:
    monkeypatch.setattr(repository, "_OUTCOMES_IN_A_ROW", in_a_row)
    evaluation = uuid4()
    kept = repository.KeptOutcomes()
    for number in (2, 1):  # parts of an evaluation, in whatever order they come
        kept.add(number, OUTCOMES.slice(4 * (number - 1), 4))
    with database.transaction() as connection:
        repository.store_outcomes(connection, evaluation, kept)
    with database.reading() as connection:

        def page(after: int, limit: int, result: str | None = None, place: str | None = None) -> list[str]:
            found = repository.find_outcomes(
                connection, evaluation, result=result, jurisdiction=place, after=after, limit=limit
            )
            assert all(one["number"] < other["number"] for one, other in pairwise(found))
            return [each["subject"] for each in found]

        assert page(0, 10) == ["E0", "E1", "E2", "E3", "E4", "E5"]
        assert page(2, 3) == ["E2", "E3", "E4"]
        assert page(6, 3) == []
        assert page(0, 2, "granted", "liandu") == ["E0", "E3"]
        assert page(4, 2, "granted", "liandu") == ["E5"]
        assert page(0, 9, "undetermined") == ["E1", "E4"]
        [shown] = repository.find_outcomes(connection, evaluation, result=None, jurisdiction=None, after=3, limit=1)
    assert shown["flags"] == ["a, b", '"c"']
    assert shown["payee"] == {"uscc": "E3", "name": "丽水甲邮速递（样例）"}


def test_each_decision_finds_its_inputs_among_others(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "INPUTS_IN_A_ROW", 3)
    evaluate(database, *(rent(subject, 100) for subject in SUBJECTS))
    with database.reading() as connection:
        rows = connection.execute(select(decisions)).all()
        assert {row.inputs_number for row in rows} == {0, 1, 2}
        for row in rows:
            [(digest, content)] = sealed_documents(connection, [row]).items()
            assert digest == row.inputs_hash == sha256(content.encode())
            assert row.subject in content
        assert sealed_documents(connection, rows).keys() == {row.inputs_hash for row in rows}


@pytest.mark.parametrize(
    "column", ["policy_hash", "interpretations_hash", "procedure_hash", "inputs_hash", "inputs_number", "award_id"]
)
def test_a_decision_rests_on_what_is_stored_and_on_nothing_else(database: Database, column: str) -> None:
    evaluate(database, rent("E0", 100))
    with database.transaction() as connection:
        connection.execute(text("UPDATE decisions SET state = 'superseded'"))
    names = [each.name for each in decisions.columns if each.name not in ("id", "state")]
    unknown = {"inputs_number": "9", "award_id": "uuidv7()"}.get(column, "'unknown'")
    changed = {column: unknown} | ({"inputs_number": "NULL"} if column == "inputs_hash" else {})
    copied = f"""
        INSERT INTO decisions (state, {", ".join(names)})
        SELECT 'proposed', {", ".join(changed.get(name, name) for name in names)} FROM decisions
    """
    with (
        pytest.raises(DBAPIError, match="rests on a document or an award that is not stored"),
        database.transaction() as connection,
    ):
        connection.execute(text(copied))
    with pytest.raises(DBAPIError, match="cannot be changed"), as_owner(database) as connection:
        connection.execute(text(f"UPDATE decisions SET {column} = {unknown}"))


@pytest.mark.parametrize("table", ["sealed_inputs", "evaluation_outcomes"])
def test_what_is_written_once_is_not_changed(database: Database, table: str) -> None:
    for statement in (f"UPDATE {table} SET evaluation_id = uuidv7()", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match=r"permission denied|kept for ever"), database.transaction() as connection:
            connection.execute(text(statement))


def test_no_act_concerns_nothing_and_nothing_that_acts_concern_is_removed(database: Database) -> None:
    evaluate(database, rent("E0", 100))
    act = "INSERT INTO decision_acts (decision_id, act, state, actor) VALUES (uuidv7(), 'approve', 'approved', 'x')"
    for statement, refusal in (
        (act, "an act concerns a decision that is not stored"),
        ("DELETE FROM decisions", "kept for ever|permission denied"),
        ("DELETE FROM awards", "kept for ever|permission denied"),
    ):
        with pytest.raises(DBAPIError, match=refusal), database.transaction() as connection:
            connection.execute(text(statement))
