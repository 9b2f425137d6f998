"""What an installation of two policies consists of: datasets with their tables, places, units, fiscal arrangements of each."""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from deploy import documents
from services.databases import SCHEMAS
from services.registry.quality.statements import SIGNS
from shared import migrations
from shared.catalogue.datasets import CATALOGUE
from shared.policies import POLICIES
from tests.integration.payout.support import SHARED_HALF, Payout
from tests.support.databases import DatabaseServer, ServiceDatabase
from tests.support.tokens import Tokens

OWN = ("etown_sales", "etown_shops", "etown_shop_years", "etown_exports")
Fresh = Callable[[str], ServiceDatabase]


@pytest.fixture
def payout(fresh_database: Fresh, tokens: Tokens) -> Iterator[Payout]:
    fresh = fresh_database("payout")
    database = fresh.connect()
    yield Payout(database, tokens, fresh.owner_url)
    database.close()


@pytest.mark.parametrize(("service", "table"), [("registry", "policy_awards"), ("payout", "policy_units")])
def test_a_policy_that_is_listed_and_not_installed_leaves_a_service_not_ready(
    service: str, table: str, fresh_database: Fresh
) -> None:
    database = fresh_database(service)
    engine = create_engine(make_url(database.owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        assert migrations.is_migrated(SCHEMAS[service], connection)
        connection.execute(text(f"DELETE FROM {table} WHERE policy = 'etown-2024-1'"))
        assert not migrations.is_migrated(SCHEMAS[service], connection)
    migrations.upgrade(SCHEMAS[service], database.owner_url, f"{service}_app")
    with engine.begin() as connection:
        assert migrations.is_migrated(SCHEMAS[service], connection)


@pytest.mark.parametrize("service", SCHEMAS)
def test_an_upgrade_makes_the_declared_tables_and_may_be_repeated(service: str, fresh_database: Fresh) -> None:
    database = fresh_database(service)
    migrations.upgrade(SCHEMAS[service], database.owner_url, f"{service}_app")
    engine = create_engine(make_url(database.owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SCHEMAS[service].all_metadata) == []  # type: ignore[arg-type]


def test_own_datasets_have_the_constraints_and_the_history_of_all(fresh_database: Fresh) -> None:
    database = fresh_database("registry")
    owner = create_engine(make_url(database.owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    application = database.connect()
    row = "'91331100MA2E000007', 2023, -1, NULL, NULL, 1"
    for statement, refused in (
        (f"INSERT INTO etown_sales VALUES ({row})", "ck_etown_sales_online_retail_fen"),
        (
            "INSERT INTO etown_sales VALUES ('91331100MA2E000007', 2023, 1, NULL, NULL, 1)",
            "fk_etown_sales_uscc_enterprises",
        ),
        ("DELETE FROM etown_sales_history", "permission denied"),
    ):
        with pytest.raises(DBAPIError, match=refused), application.transaction() as connection:
            connection.execute(text(statement))
    with pytest.raises(DBAPIError, match="append-only"), owner.begin() as connection:
        connection.execute(text("DELETE FROM etown_sales_history"))
    with pytest.raises(DBAPIError, match="permission denied"), application.transaction() as connection:
        connection.execute(text("INSERT INTO policy_awards VALUES ('x', 'y', false)"))
    application.close()


def test_every_service_offers_both() -> None:
    assert [*POLICIES] == ["lishui-2020-1", "etown-2024-1"]
    assert {*OWN, "courier_years"} <= set(CATALOGUE)
    assert {award for sign in SIGNS for award in sign.awards} >= {"retail-top", "courier-rent"}
    pages = documents.documents()
    decided = pages["events/award.decided.schema.json"].decode()
    assert '"e_town"' in decided and '"liandu"' in decided
    assert b'"e_town_fund"' in pages["payout.openapi.json"]
    assert b"/v1/datasets/etown_sales/records" in pages["registry.openapi.json"]


def arrangement(place: str, unit: str, number: str = "县财〔2024〕1号") -> dict[str, Any]:
    shares = [{"unit": unit, "numerator": 1, "denominator": 1}]
    row = {"jurisdiction": place, "award": "*", "shares": shares, "remainder_to": unit}
    return {"number": number, "effective_from": "2020-01-02", "sample": True, "rows": [row]}


def test_arrangements_of_two_policies_are_in_force_on_one_day(payout: Payout) -> None:
    first, second = payout.arrange(SHARED_HALF), payout.arrange(arrangement("e_town", "e_town_fund"))
    policies = [payout.get(f"/v1/arrangements/{each}")["policy"] for each in (first, second)]
    assert policies == ["lishui-2020-1", "etown-2024-1"]
    third = payout.post("/v1/arrangements", arrangement("e_town", "e_town_fund", "2号"), by="finance-maker")
    assert payout.get(f"/v1/arrangements/{third['id']}/preview")["overlaps"] == [second]
    payout.post(f"/v1/arrangements/{third['id']}/confirm", by="finance-checker", expect=409)


@pytest.mark.parametrize(("place", "unit"), [("liandu", "e_town_fund"), ("e_town", "city")])
def test_a_unit_of_one_policy_cannot_pay_an_award_of_the_other(payout: Payout, place: str, unit: str) -> None:
    problem = payout.post("/v1/arrangements", arrangement(place, unit), by="finance-maker", expect=422)
    assert "one policy" in str(problem)
    own = {"liandu": "liandu", "e_town": "e_town_fund"}[place]
    drafted = payout.post("/v1/arrangements", arrangement(place, own), by="finance-maker")
    key = f"'{drafted['id']}', '{place}', 'some-award'"
    for statement in (
        f"INSERT INTO arrangement_rows (arrangement_id, jurisdiction, award, remainder_to) VALUES ({key}, '{unit}')",
        "INSERT INTO arrangement_shares (arrangement_id, jurisdiction, award, unit, numerator, denominator)"
        f" VALUES ('{drafted['id']}', '{place}', '*', '{unit}', 0, 1)",
    ):
        with pytest.raises(DBAPIError, match="of another policy"):
            payout.execute(statement)


def test_a_budget_is_a_unit_of_some_policy(payout: Payout) -> None:
    payout.post("/v1/appropriations", {"unit": "atlantis", "year": 2026, "amount_fen": 1, "document": "x"},
                by="finance-maker", expect=422)  # fmt: skip
    with pytest.raises(DBAPIError, match="fk_budgets_unit_policy_units"):
        payout.execute("INSERT INTO budgets (unit, year) VALUES ('atlantis', 2026)")


def test_a_database_from_before_goes_on_with_one_policy_more(database_server: DatabaseServer) -> None:
    dumps = Path(__file__).parents[1] / "integration/upgrade/0.1.0"
    for service in SCHEMAS:
        database = database_server.restore(service, lzma.decompress((dumps / f"{service}.sql.xz").read_bytes()))
        migrations.upgrade(SCHEMAS[service], database.owner_url, f"{service}_app")
        engine = create_engine(make_url(database.owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
        with engine.connect() as connection:
            assert migrations.is_migrated(SCHEMAS[service], connection)
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, SCHEMAS[service].all_metadata) == []  # type: ignore[arg-type]
        database_server.drop(database)
