"""Migrations: one Alembic history per service, run as the owner role; the application role gets only the rights it needs.

`subsidies migrate registry` upgrades the database at `REGISTRY_OWNER_DATABASE_URL`.
"""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url, text

from shared.system_tables import ServiceSchema

LOCK_SECONDS = 5


def configuration(schema: ServiceSchema, connection: Connection | None = None) -> Config:
    """Return Alembic's configuration of a service's history, bound to `connection` if one is given."""
    config = Config()
    config.set_main_option("script_location", str(schema.migrations))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def run_environment(schema: ServiceSchema, connection: Connection) -> None:
    """Run the migrations on `connection`, one transaction each: the body of a service's `migrations/env.py`."""
    from alembic import context  # noqa: PLC0415 - exists only while Alembic runs an environment

    context.configure(connection=connection, target_metadata=schema.all_metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def upgrade(schema: ServiceSchema, owner_url: str, application_role: str) -> None:
    """Upgrade a service's database to the newest version, install the policies and grant `application_role` its rights.

    A database that a later version has migrated is left as it is. A statement that waits for a lock for more than
    LOCK_SECONDS fails, and with it its migration, so that no one has to wait behind it: run the upgrade again.
    """
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            if revision_of(connection) > _head(schema):
                return
            connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
            connection.commit()
            command.upgrade(configuration(schema, connection), "heads")
        with engine.begin() as connection:
            schema.install(connection)
            _grant(schema, connection, application_role)
    finally:
        engine.dispose()


def is_migrated(schema: ServiceSchema, connection: Connection) -> bool:
    """Return whether the database has the tables of this version or a later one, and what the installed policies add.

    During an upgrade old and new processes run together; the version before can work with later tables (docs/decisions/0014).
    """
    return revision_of(connection) >= _head(schema) and schema.is_installed(connection)


def revision_of(connection: Connection) -> str:
    """Return the revision of the database, numbered 0001, 0002, …; empty if it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


@cache
def _head(schema: ServiceSchema) -> str:
    return str(ScriptDirectory.from_config(configuration(schema)).get_current_head())


def _grant(schema: ServiceSchema, connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {quoted}"))
    for metadata in schema.all_metadata:
        for table in metadata.sorted_tables:
            rights = "SELECT" if table.info.get("read_only") else "SELECT, INSERT"
            rights += "" if table.info.keys() & {"read_only", "append_only"} else ", UPDATE, DELETE"
            connection.execute(text(f'REVOKE ALL ON "{table.name}" FROM {quoted}'))
            connection.execute(text(f'GRANT {rights} ON "{table.name}" TO {quoted}'))
