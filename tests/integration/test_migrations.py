"""What the migrations make is what the tables declare, and the application role may do no more than it must."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from shared.database import migrate
from tests.support.databases import ServiceDatabase


@pytest.mark.parametrize("service", migrate.SERVICES)
def test_migrations_make_the_declared_tables(service: str, fresh_database: Callable[[str], ServiceDatabase]) -> None:
    database = fresh_database(service)
    engine = create_engine(make_url(database.owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        assert migrate.is_current(service, connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, migrate.metadata_of(service)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("service", migrate.SERVICES)
def test_the_application_role_cannot_change_what_is_append_only(
    service: str, fresh_database: Callable[[str], ServiceDatabase]
) -> None:
    application = fresh_database(service).connect()
    tables = [t for m in migrate.metadata_of(service) for t in m.sorted_tables if t.info.get("append_only")]
    assert tables
    for table in tables:
        for statement in (f'DELETE FROM "{table.name}"', f'TRUNCATE "{table.name}"'):
            with pytest.raises(DBAPIError, match="permission denied"), application.transaction() as connection:
                connection.execute(text(statement))
    application.close()
