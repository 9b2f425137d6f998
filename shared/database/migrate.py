"""Migrations: one Alembic history per service, run as the owner role; the application role is granted just what it needs.

`python -m shared.database.migrate registry` upgrades the database at `REGISTRY_OWNER_DATABASE_URL`.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from pathlib import Path

import orjson
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, make_url, text

from shared.settings import ServiceSettings, load

SERVICES = ("registry", "eligibility", "payout")
LOCK_SECONDS = 5
PLUMBING_SQL = Path(__file__).with_name("plumbing")


def configuration(service: str, connection: Connection | None = None) -> Config:
    """Return Alembic's configuration of `service`'s history, bound to `connection` if one is given."""
    package = importlib.import_module(f"services.{service}.migrations")
    config = Config()
    config.set_main_option("script_location", str(Path(str(package.__file__)).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def metadata_of(service: str) -> list[MetaData]:
    """Return what `service`'s database should hold: its own tables and the plumbing."""
    own: MetaData = importlib.import_module(f"services.{service}.schema").metadata
    common: MetaData = importlib.import_module("shared.plumbing").plumbing
    return [own, common]


def run_environment(service: str, connection: Connection) -> None:
    """Do what a service's `migrations/env.py` has to do: run the migrations on `connection`, one transaction each."""
    from alembic import context  # noqa: PLC0415 - exists only while Alembic runs an environment

    context.configure(connection=connection, target_metadata=metadata_of(service), transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def plumbing_statements(version: str) -> str:
    """Return the SQL that creates version `version` of the tables that every service has."""
    return (PLUMBING_SQL / f"{version}.sql").read_text("utf-8")


def upgrade(service: str, owner_url: str, application_role: str) -> None:
    """Bring `service`'s database to the newest version and grant `application_role` the use of it.

    A database that a later version has migrated is left as it is. A statement that does not get its lock within
    LOCK_SECONDS fails, and with it its migration, so that nobody waits behind it: run it again.
    """
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            if revision_of(connection) > _head(service):
                return
            connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
            connection.commit()
            command.upgrade(configuration(service, connection), "heads")
        with engine.begin() as connection:
            _grant(service, connection, application_role)
    finally:
        engine.dispose()


def is_migrated(service: str, connection: Connection) -> bool:
    """Tell whether the database has the tables of this version, or of a later one: an upgrade replaces process by process.

    What a later version makes of the tables, the version before can work with (docs/decisions/0014).
    """
    return revision_of(connection) >= _head(service)


def revision_of(connection: Connection) -> str:
    """Return the revision that the database has reached, empty if none; revisions are numbered 0001, 0002, …"""
    return MigrationContext.configure(connection).get_current_revision() or ""


@cache
def _head(service: str) -> str:
    return str(ScriptDirectory.from_config(configuration(service)).get_current_head())


def _grant(service: str, connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {quoted}"))
    for metadata in metadata_of(service):
        for table in metadata.sorted_tables:
            rights = "SELECT, INSERT" if table.info.get("append_only") else "SELECT, INSERT, UPDATE, DELETE"
            connection.execute(text(f'REVOKE ALL ON "{table.name}" FROM {quoted}'))
            connection.execute(text(f'GRANT {rights} ON "{table.name}" TO {quoted}'))


def main(service: str) -> None:
    """Upgrade the database of `service` as its settings say."""
    settings: ServiceSettings = load(importlib.import_module(f"services.{service}.settings").Settings)
    if settings.owner_database_url is None:
        sys.exit(f"Set {service.upper()}_OWNER_DATABASE_URL: migrations run as the owner of the tables.")
    role = make_url(settings.database_url).username or "postgres"
    upgrade(service, settings.owner_database_url, role)
    sys.stdout.write(orjson.dumps({"migrated": service}).decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
