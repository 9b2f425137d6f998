"""What the migrations make is what the tables declare, and the application role may do no more than it must."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Table, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from services.databases import SCHEMAS
from shared import migrations
from shared.catalogue.datasets import CATALOGUE
from tests.support.databases import ServiceDatabase


@pytest.mark.parametrize("service", SCHEMAS)
def test_migrations_make_the_declared_tables(service: str, fresh_database: Callable[[str], ServiceDatabase]) -> None:
    database = fresh_database(service)
    engine = create_engine(make_url(database.owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        assert migrations.is_migrated(SCHEMAS[service], connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SCHEMAS[service].all_metadata) == []  # type: ignore[arg-type]


REVIEWED = yaml.safe_load(Path(__file__).with_name("rights.yaml").read_text("utf-8"))


def reviewed(service: str, table: Table) -> set[str]:
    """Return what the reviewed list lets the role of `service` change of `table`, and `DELETE`."""
    listed = REVIEWED["each_service"] | REVIEWED[service]
    if service == "registry" and table.name in CATALOGUE:
        assert listed["datasets"] == ["DELETE", "every column"]
        return {"DELETE", *table.c.keys()}
    return set(listed.get(table.name, ()))


@pytest.mark.parametrize("service", SCHEMAS)
def test_the_application_role_changes_what_the_reviewed_list_says_and_nothing_else(
    service: str, fresh_database: Callable[[str], ServiceDatabase]
) -> None:
    application = fresh_database(service).connect()

    def may(statement: str) -> bool:
        try:
            with application.transaction() as connection:
                connection.execute(text(statement))
        except DBAPIError as refused:
            assert "permission denied" in str(refused), statement
            return False
        return True

    for table in (each for metadata in SCHEMAS[service].all_metadata for each in metadata.sorted_tables):
        name, columns = table.name, [each for each in table.c if each.identity is None]
        allowed = {each.name for each in columns if may(f'UPDATE "{name}" SET "{each.name}" = NULL WHERE false')}
        allowed |= {"DELETE"} if may(f'DELETE FROM "{name}" WHERE false') else set()
        assert allowed == reviewed(service, table), name
        assert not may(f'TRUNCATE "{name}"')
    assert not may("UPDATE alembic_version SET version_num = NULL WHERE false")
    application.close()


def test_a_database_of_a_later_version_is_ready_and_left_alone(
    fresh_database: Callable[[str], ServiceDatabase],
) -> None:
    database = fresh_database("payout")
    engine = create_engine(make_url(database.owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert migrations.is_migrated(SCHEMAS["payout"], connection)
    migrations.upgrade(SCHEMAS["payout"], database.owner_url, "payout_app")
    with engine.begin() as connection:
        assert migrations.standing_of(SCHEMAS["payout"], connection).revision == "9999"
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert not migrations.is_migrated(SCHEMAS["payout"], connection)
        connection.execute(text("DELETE FROM alembic_version"))
        assert not migrations.is_migrated(SCHEMAS["payout"], connection)


@pytest.mark.parametrize("service", SCHEMAS)
def test_revisions_are_numbered_and_never_go_down(service: str) -> None:
    found = list(
        ScriptDirectory.from_config(migrations.configuration(SCHEMAS[service])).walk_revisions("base", "heads")
    )
    assert [each.revision for each in found] == [f"{number:04}" for number in range(len(found), 0, -1)]
    for each in found:
        with pytest.raises(NotImplementedError):
            each.module.downgrade()
