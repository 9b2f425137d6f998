"""`facts.revised` is written by statements: what they write is what the event's model has, member by member."""

from __future__ import annotations

import orjson
from sqlalchemy import text

from shared.events.facts_revised import TYPE, FactsRevised
from tests.integration.registry.conftest import Registry, uscc


def test_the_statements_write_the_members_of_the_model(registry: Registry) -> None:
    owner = uscc(1)
    registry.enterprises(owner)
    sales = {"uscc": owner, "year": 2020, "online_retail_fen": 150}
    registry.recorded("annual_sales", sales)
    registry.recorded("annual_sales", sales | {"online_retail_fen": 151})
    with registry.database.reading() as connection:
        written = (
            connection.execute(text("SELECT data FROM outbox_events WHERE type = :type"), {"type": TYPE})
            .scalars()
            .all()
        )
    assert len(written) == 3
    for data in written:
        event = FactsRevised.model_validate_json(data)
        assert orjson.loads(event.model_dump_json(exclude_none=True)) == orjson.loads(data)
        assert set(orjson.loads(data)) <= set(FactsRevised.model_fields)
