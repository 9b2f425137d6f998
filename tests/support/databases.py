"""A new database for each test, copied from a migrated template: real PostgreSQL, 30 ms."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property

import psycopg
from sqlalchemy import Connection, make_url

from deploy.local.postgres import PSQL, create_databases
from services.databases import SCHEMAS
from shared import migrations
from shared.database.engine import Database

PASSWORD = "test"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class ServiceDatabase:
    """A database of one service, with the URLs of its owner and its application role."""

    service: str
    owner_url: str
    app_url: str

    def connect(self) -> Database:
        """Return the database as the application role sees it."""
        return Database(self.app_url, application_name="test")


@contextmanager
def as_owner(database: Database) -> Iterator[Connection]:
    """Run the block in a transaction of the owner of the tables: what no process of the system may do."""
    owner = Database(database.url.replace("_app:", "_owner:"), pool_size=1)
    try:
        with owner.transaction() as connection:
            yield connection
    finally:
        owner.close()


class DatabaseServer:
    """A PostgreSQL server for one test session."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url

    @cached_property
    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self.admin_url, autocommit=True)

    def close(self) -> None:
        """Close the connection that makes and drops databases."""
        self._admin.close()

    @cache  # noqa: B019 - lives as long as the session
    def template(self, service: str) -> str:
        """Create and migrate the template of `service` once; returns its name."""
        passwords = {f"{service}_{role}": PASSWORD for role in ("owner", "app")}
        create_databases(self.admin_url, (service,), passwords)
        migrations.upgrade(SCHEMAS[service], self._url(service, f"{service}_owner"), f"{service}_app")
        return service

    def fresh(self, service: str) -> ServiceDatabase:
        """Return a new database with `service`'s tables and no rows."""
        return self._copy(service, self.template(service))

    def restore(self, service: str, dump: bytes) -> ServiceDatabase:
        """Return a new database with what `dump`, written by `pg_dump`, makes of it as the owner of `service`'s tables."""
        self.template(service)
        made = self._copy(service, "template0")
        psql = [str(PSQL), "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", made.owner_url]
        subprocess.run(psql, input=dump, stdout=subprocess.DEVNULL, check=True)
        return made

    def backup(self, database: ServiceDatabase) -> ServiceDatabase:
        """Return a copy of `database` as a backup; nothing may be connected to it."""
        return self._copy(database.service, str(make_url(database.app_url).database))

    def _copy(self, service: str, template: str) -> ServiceDatabase:
        name = f"{service}_{next(_numbers)}"
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {service}_owner STRATEGY FILE_COPY')
        return ServiceDatabase(service, self._url(name, f"{service}_owner"), self._url(name, f"{service}_app"))

    def drop(self, database: ServiceDatabase) -> None:
        """Drop a database and end its connections."""
        name = make_url(database.app_url).database
        self._admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _url(self, database: str, role: str) -> str:
        url = make_url(self.admin_url).set(database=database, username=role, password=PASSWORD)
        return url.render_as_string(hide_password=False)
