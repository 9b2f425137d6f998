"""Migrations: one Alembic history per service, run as the owner role; the application role gets only the rights it needs.

`subsidies migrate registry` upgrades the database at `REGISTRY_OWNER_DATABASE_URL`.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, create_engine, make_url, text

from shared.errors import Conflict
from shared.i18n import N_
from shared.system_tables import BEFORE_18, ServiceSchema

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

    A database that the next version has migrated is left as it is; raises LaterDatabase if a still later one has. A statement
    that waits for a lock for more than LOCK_SECONDS fails, and with it its migration, so that no one has to wait behind it:
    run the upgrade again.
    """
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            standing = standing_of(schema, connection)
            if standing.is_beyond:
                raise later_database(schema.service, standing)
            if standing.is_later:
                return
            connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
            if (connection.dialect.server_version_info or ()) < (18,):
                connection.exec_driver_sql(BEFORE_18)
            connection.commit()
            command.upgrade(configuration(schema, connection), "heads")
        with engine.begin() as connection:
            schema.install(connection)
            connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{_SERVES.format(schema.released)}'"))
            _grant(schema, connection, application_role)
    finally:
        engine.dispose()


def is_migrated(schema: ServiceSchema, connection: Connection) -> bool:
    """Return whether the database has the tables of this version or the next one, and what the installed policies add.

    During an upgrade old and new processes run together; the version before can work with later tables (docs/decisions/0014).
    """
    standing = standing_of(schema, connection)
    return not standing.is_older and not standing.is_beyond and schema.is_installed(connection)


@dataclass(frozen=True, slots=True)
class Standing:
    """Which version a database belongs to; revisions are numbered 0001, 0002, …

    `revision` is the database's, empty if it has none; `head` this version's. Processes from the revision `serves` on may
    work with the database.
    """

    revision: str
    head: str
    serves: str

    @property
    def is_older(self) -> bool:
        """Whether a migration is needed before this version can use the database."""
        return self.revision < self.head

    @property
    def is_later(self) -> bool:
        """Whether a later version has migrated the database."""
        return self.revision > self.head

    @property
    def is_beyond(self) -> bool:
        """Whether a version has migrated the database that this one is too old for."""
        return self.is_later and self.serves > self.head


class LaterDatabase(Conflict):
    """A database belongs to a version with which this one cannot work."""

    code = "later-database"
    title = N_("The database belongs to a later version")


def later_database(service: str, standing: Standing) -> LaterDatabase:
    """Return the refusal to touch the database of `service`."""
    return LaterDatabase(
        "The database of {service} belongs to a later version (migration {revision}; this version's is {head}), which"
        " goes with processes from migration {serves} on: install that version, or restore a backup of this one.",
        service=service,
        **asdict(standing),
    )


def standing_of(schema: ServiceSchema, connection: Connection) -> Standing:
    """Return where the database of `schema` stands."""
    revision = MigrationContext.configure(connection).get_current_revision() or ""
    said = connection.execute(text("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')")).scalar()
    serves = re.fullmatch(_SERVES.format(r"(\d+)"), said or "")
    return Standing(revision, _head(schema), serves[1] if serves else revision)


_SERVES = "Processes from migration {} on may use this database"
"""What a version leaves at the table of its revision, for earlier ones."""


@cache
def _head(schema: ServiceSchema) -> str:
    return str(ScriptDirectory.from_config(configuration(schema)).get_current_head())


class Rights(NamedTuple):
    """What the application role may do with a table: `whole` with all of it, UPDATE on `changes` alone."""

    whole: tuple[str, ...]
    changes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ", ".join([*self.whole, *([f"UPDATE ({', '.join(self.changes)})"] if self.changes else [])])


def rights_of(schema: ServiceSchema) -> dict[str, Rights]:
    """Return the rights that the application role has, by table."""
    tables = [table for metadata in schema.all_metadata for table in metadata.sorted_tables]
    return {table.name: _rights(table) for table in tables} | {"alembic_version": Rights(("SELECT",))}


def _rights(table: Table) -> Rights:
    if table.info.get("read_only"):
        return Rights(("SELECT",))
    deletes = ("DELETE",) if table.info.get("deletes") else ()
    return Rights(("SELECT", "INSERT", *deletes), tuple(table.c[name].name for name in table.info.get("changes", ())))


def _grant(schema: ServiceSchema, connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    for table, rights in rights_of(schema).items():
        connection.execute(text(f'REVOKE ALL ON "{table}" FROM {quoted}'))
        connection.execute(text(f'GRANT {rights} ON "{table}" TO {quoted}'))
