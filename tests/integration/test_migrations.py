"""What the migrations make is what the tables declare, and the application role may do no more than it must."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from services.databases import SCHEMAS
from shared import migrations
from tests.support.databases import ServiceDatabase


@pytest.mark.parametrize("service", SCHEMAS)
def test_migrations_make_the_declared_tables(service: str, fresh_database: Callable[[str], ServiceDatabase]) -> None:
    database = fresh_database(service)
    engine = create_engine(make_url(database.owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        assert migrations.is_migrated(SCHEMAS[service], connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SCHEMAS[service].all_metadata) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("service", SCHEMAS)
def test_the_application_role_cannot_change_what_is_append_only(
    service: str, fresh_database: Callable[[str], ServiceDatabase]
) -> None:
    application = fresh_database(service).connect()
    tables = [t for m in SCHEMAS[service].all_metadata for t in m.sorted_tables if t.info.get("append_only")]
    assert tables
    for table in tables:
        for statement in (f'DELETE FROM "{table.name}"', f'TRUNCATE "{table.name}"'):
            with pytest.raises(DBAPIError, match="permission denied"), application.transaction() as connection:
                connection.execute(text(statement))
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
