"""How processes reach their database."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import text

from shared.database.engine import Database
from tests.support.databases import ServiceDatabase


def test_a_worker_keeps_no_plan_that_was_made_for_tables_as_they_were(
    fresh_database: Callable[[str], ServiceDatabase],
) -> None:
    url = fresh_database("eligibility").connect().url
    kept = []
    for prepared_statements in (True, False):
        database = Database(url, prepared_statements=prepared_statements)
        with database.transaction() as connection:
            for _ in range(10):
                connection.execute(text("SELECT count(*) FROM event_batches WHERE id > :id"), {"id": 1})
            kept.append(connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() > 0)
        database.close()
    assert kept == [True, False]
