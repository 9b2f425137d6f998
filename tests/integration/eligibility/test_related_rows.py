"""What assessing an enterprise reads comes in one request: the registry's walk in SQL against a walk in memory."""

from __future__ import annotations

import polars as pl
import pytest
from sqlalchemy import text

from services.eligibility.engine.dependencies import load_own, steps_from
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.facts.queries import in_memory
from services.eligibility.rules.library import load_policy
from services.registry.related_rows import repository
from shared.database.bulk import copy_frame
from tests.bench import population
from tests.bench.bench_registry import codes
from tests.integration.eligibility.harness import POLICY, Harness
from tests.support.reached import reached_in_memory

BOOK = load_policy(POLICY)
CODES = codes(120)


def registrable(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows whose enterprises, E0 and so on, have valid codes, also within subjects."""
    known = {f"E{number}": code for number, code in enumerate(CODES)}
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    split = (pl.col(name).str.split(":").list.eval(pl.element().replace(known)).list.join(":") for name in text)
    return frame.with_columns(split)


FACTS = Facts({name: registrable(frame) for name, frame in population.facts(len(CODES)).items()})


def populate(world: Harness) -> None:
    with world.registry_database.transaction() as connection:
        for name, frame in FACTS.items():
            copy_frame(connection, name, frame.with_columns(pl.lit(1).alias("revision")))
        connection.execute(
            text(
                "INSERT INTO revisions (revision, kind, actor, recorded_at, datasets, rows)"
                " VALUES (1, 'import', 'data-platform', now(), ARRAY['enterprises'], '{}')"
            )
        )


def test_the_registry_reaches_what_a_walk_in_memory_does(world: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    populate(world)
    steps, reached_rows = steps_from(BOOK), 0
    for code in CODES[::4]:
        revision, reached = world.facts.reached_from(steps, {code})
        expected = reached_in_memory(FACTS, steps, {code})
        assert revision == 1
        assert {query: set(values) for query, values in reached.values.items()} == expected.values, code
        assert all(reached.rows[name].equals(expected.rows[name]) for name in CATALOGUE), code
        reached_rows += sum(rows.height for rows in reached.rows.values())
    assert reached_rows > 30 * len(FACTS["reference_rates"]), "rows besides those that everybody reads"
    monkeypatch.setattr(repository, "MAX_ROWS", 3)
    repository._statement.cache_clear()
    revision, reached = world.facts.reached_from(steps, {CODES[0]})
    repository._statement.cache_clear()
    assert revision == 1
    assert not any(rows.height for rows in reached.rows.values())
    assert not reached.values


def test_one_request_is_enough(world: Harness) -> None:
    populate(world)
    for code in CODES[::10]:
        world.transport.requests.clear()
        revision, reached = world.facts.reached_from(steps_from(BOOK), {code})
        facts, own = load_own(world.facts.fetching(revision), BOOK, code, reached)
        assert world.transport.requests == [("POST", "/v1/snapshots/latest/related-rows")], code
        assert own == load_own(in_memory(FACTS), BOOK, code)[1]
        assert facts["enterprises"].filter(uscc=code).height == 1
