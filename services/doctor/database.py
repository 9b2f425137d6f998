"""A service's database: whether it is reached, is a PostgreSQL that has what is needed, and belongs to this version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import Connection, make_url

from services.doctor.clocks import compare
from services.doctor.domain import Finding, Part, fine, lacking
from shared.clock import Clock
from shared.database.engine import Database
from shared.database.queries import load
from shared.i18n import N_
from shared.migrations import Standing, later_database, rights_of, standing_of
from shared.process_settings import Deployment
from shared.settings import ServiceSettings
from shared.system_tables import ServiceSchema

EXTENSIONS: Mapping[str, list[str]] = {
    "registry": ["btree_gist", "pg_trgm"],
    "eligibility": [],
    "payout": ["btree_gist"],
}
OLDEST = 15
"""The oldest PostgreSQL that has all that is used, but for what `shared/system_tables/before_18.sql` makes."""
CONNECT_SECONDS = 5

_DERIVED = re.compile(r"(openGauss|GaussDB|KingbaseES|Vastbase|EnterpriseDB)\s+V?([\w.]+)")
"""Products that descend from PostgreSQL; some name it too."""
_ANY = re.compile(r"([A-Za-z]+)\s+V?([\w.]+)")

queries = load(__package__)


def examine_database(
    schema: ServiceSchema, settings: ServiceSettings, clock: Clock, *, before_migration: bool = False
) -> Iterator[Finding]:
    """Yield what is found of a service's database; `before_migration` nothing of what a migration would put right."""
    urls = [settings.database_url]
    if settings.owner_database_url is not None:
        urls.append(settings.owner_database_url)
    found = [each for url in urls for each in _reach(schema.service, url)]
    found = found or [*_examine_server(schema.service, settings, clock)]
    if not found:
        found = [*_examine_roles(schema, settings)]
        found += _examine_migrations(schema, settings, before_migration=before_migration)
    yield from found or [fine(Part.DATABASE, "The database of {service} has what is needed.", service=schema.service)]


def _reach(service: str, url: str) -> Iterator[Finding]:
    try:
        _connect(url).close()
    except psycopg.OperationalError as error:
        yield lacking(
            Part.DATABASE,
            "The database of {service} is not reached as {role}: {reason}. Start it, or correct the URL.",
            service=service,
            role=make_url(url).username or "",
            reason=str(error).strip().splitlines()[0].removeprefix("connection failed: "),
        )


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    database = Database(url, pool_size=1, application_name="doctor")
    try:
        with database.reading() as connection:
            yield connection
    finally:
        database.close()


def _connect(url: str) -> psycopg.Connection[dict[str, Any]]:
    return psycopg.connect(
        url, connect_timeout=CONNECT_SECONDS, autocommit=True, row_factory=dict_row, client_encoding="UTF8"
    )


def _examine_server(service: str, settings: ServiceSettings, clock: Clock) -> Iterator[Finding]:
    with _connect(
        settings.database_url
    ) as connection:  # not by SQLAlchemy, which refuses other products without a word
        asked_at = clock.now()
        server = connection.execute(queries.server.text).fetchone() or {}
        answered_at = clock.now()
        features = [row["feature"] for row in connection.execute(queries.features.text)]
    product, version = product_of(server["version"])
    if product != "PostgreSQL":
        yield lacking(
            Part.DATABASE,
            "The database of {service} is on {product} {version}, with which this system was never tried and which lacks:"
            " {features}. Use PostgreSQL {oldest} or newer.",
            service=service,
            product=product,
            version=version,
            features=features or N_("nothing that was looked for"),
            oldest=OLDEST,
        )
        return
    if features:
        yield lacking(
            Part.DATABASE,
            "The database of {service} is on PostgreSQL {version}, which lacks: {features}."
            " Use PostgreSQL {oldest} or newer, built with ICU.",
            service=service,
            version=version,
            features=features,
            oldest=OLDEST,
        )
    if server["encoding"] != "UTF8":
        yield lacking(
            Part.DATABASE,
            "The database of {service} has the encoding {encoding}: create it with ENCODING 'UTF8'.",
            service=service,
            encoding=server["encoding"],
        )
    if server["switched_off"] and settings.deployment is Deployment.PRODUCTION:
        yield lacking(
            Part.DATABASE,
            "The server of {service}'s database may lose what it has confirmed: switch on {settings}.",
            service=service,
            settings=server["switched_off"],
        )
    yield from compare(
        server["now"],
        asked_at,
        answered_at,
        "The clock of the server of {service}'s database differs from this machine's by {seconds} seconds: let NTP set both.",
        service=service,
    )


def product_of(version: str) -> tuple[str, str]:
    """Return the name of a database product and its version, from what its `version()` says."""
    found = _DERIVED.search(version) or _ANY.search(version)
    return (found[1], found[2]) if found else (version, "")


def _examine_roles(schema: ServiceSchema, settings: ServiceSettings) -> Iterator[Finding]:
    service = schema.service
    with _reading(settings.database_url) as connection:
        if connection.execute(queries.application).scalar_one():
            yield lacking(
                Part.DATABASE,
                "{role} could change what must stay as it is: {service} needs a role that is no superuser and owns no table.",
                role=make_url(settings.database_url).username or "",
                service=service,
            )
    if settings.owner_database_url is None:
        return
    role = make_url(settings.owner_database_url).username or ""
    with _reading(settings.owner_database_url) as connection:
        absent = connection.execute(queries.extensions, {"names": EXTENSIONS[service]}).scalars().all()
        if absent:
            yield lacking(
                Part.DATABASE,
                "{role} cannot create the extensions {extensions} in the database of {service}:"
                " install PostgreSQL's contrib modules, or create them as a superuser.",
                role=role,
                extensions=absent,
                service=service,
            )
        owner = connection.execute(queries.owner).one()
        if not owner.may_create:
            yield lacking(
                Part.DATABASE,
                "{role} may not create tables in the database of {service}: make it the owner of the database.",
                role=role,
                service=service,
            )
        if owner.owned_by_others:
            yield lacking(
                Part.DATABASE,
                "{role} does not own {tables} in the database of {service}, so no migration can change them.",
                role=role,
                tables=owner.owned_by_others,
                service=service,
            )


def _examine_migrations(
    schema: ServiceSchema, settings: ServiceSettings, *, before_migration: bool
) -> Iterator[Finding]:
    with _reading(settings.owner_database_url or settings.database_url) as connection:
        standing = standing_of(schema, connection)
        installed = bool(standing.revision) and not standing.is_older and schema.is_installed(connection)
        if standing.is_beyond:
            later = later_database(schema.service, standing)
            yield lacking(Part.DATABASE, later.message, **later.parameters)
        elif before_migration:
            return
        elif not installed:
            yield _unmigrated(schema.service, standing)
        else:
            tables = rights_of(schema)
            needed = {
                "tables": [*tables],
                "rights": [",".join(each.whole) for each in tables.values()],
                "columns": [",".join(each.changes) for each in tables.values()],
            }
            with _reading(settings.database_url) as application:
                without = application.execute(queries.without_rights, needed).scalars().all()
            if without:
                yield lacking(
                    Part.DATABASE,
                    "{role} lacks rights on {tables} in the database of {service}: run `subsidies migrate {service}`.",
                    role=make_url(settings.database_url).username or "",
                    tables=without,
                    service=schema.service,
                )


def _unmigrated(service: str, standing: Standing) -> Finding:
    if not standing.revision:
        return lacking(
            Part.DATABASE, "The database of {service} is empty: run `subsidies migrate {service}`.", service=service
        )
    return lacking(
        Part.DATABASE,
        "The database of {service} is that of an earlier version, or lacks a policy that was added"
        " (migration {revision}, this version's is {head}): run `subsidies migrate {service}`.",
        service=service,
        revision=standing.revision,
        head=standing.head,
    )
