"""Codes that an earlier version stored in two spellings: they stay, are listed, and get no third one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import IntegrityError

from services.databases import SCHEMAS
from shared import migrations
from tests.integration.registry.conftest import Registry, registry_on, uscc
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens

A = uscc(1)
STORED = ("LK-01", "lk-01", "LK-02\u200b", "LK-03")
INSERT = text(
    "INSERT INTO cold_stores (store_id, uscc, agricultural_upstream, revision) VALUES (:code, :uscc, true, 1)"
)


@pytest.fixture
def registry(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> Iterator[Registry]:
    """A registry in which an earlier version stored what it took for four stores."""
    made = fresh_database("registry")
    owner = create_engine(make_url(made.owner_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with registry_on(made, tokens) as found:
        found.enterprises(A)
        with owner.connect() as connection:
            connection.execute(text("DROP INDEX uq_cold_stores_spelling"))
            connection.execute(INSERT, [{"code": code, "uscc": A} for code in STORED])
            history = ScriptDirectory.from_config(migrations.configuration(SCHEMAS["registry"]))
            for _ in range(2):  # it may be run again
                history.get_revision("0007").module.index(connection)
        yield found
    owner.dispose()


def store(spelling: str, *, upstream: bool = True) -> dict[str, object]:
    return {"store_id": spelling, "uscc": A, "agricultural_upstream": upstream}


def test_they_stay_and_are_listed(registry: Registry) -> None:
    listed = registry.items("/v1/quality", dataset="cold_stores", code="second_spelling")
    assert [item["key"] for item in listed] == [["LK-01"], ["lk-01"]]
    assert {award for item in listed for award in item["awards"]} == {"cold-chain"}
    unusual = registry.items("/v1/quality", dataset="cold_stores", code="unusual_spelling")
    assert [item["key"] for item in unusual] == [["LK-02\u200b"]]
    kept = [item["store_id"] for item in registry.items("/v1/datasets/cold_stores/records")]
    assert sorted(kept) == sorted(STORED)


def test_each_is_corrected_by_its_own_spelling(registry: Registry) -> None:
    registry.recorded("cold_stores", store("lk-01", upstream=False), store("LK-02", upstream=False))
    found = registry.items("/v1/datasets/cold_stores/records")
    assert {item["store_id"]: item["agricultural_upstream"] for item in found} == {
        "LK-01": True,
        "lk-01": False,
        "LK-02\u200b": False,
        "LK-03": True,
    }
    registry.request(
        "POST", "/v1/datasets/cold_stores/withdrawals", json={"keys": [{"store_id": "lk-01"}], "reason": "one store"}
    )
    assert registry.items("/v1/quality", dataset="cold_stores", code="second_spelling") == []


def test_none_gets_another_spelling(registry: Registry) -> None:
    assert registry.record("cold_stores", store("Lk-01")).json()["rows"]["unchanged"] == 1
    assert registry.record("cold_stores", store("Lk-01", upstream=False)).status_code == 422
    with pytest.raises(IntegrityError, match="uq_cold_stores"), registry.database.transaction() as connection:
        connection.execute(INSERT, {"code": "lk-03", "uscc": A})
