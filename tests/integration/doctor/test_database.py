"""`subsidies doctor` names what a database lacks, each in a sentence, and `subsidies migrate` refuses by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import make_url

from services import databases
from services.databases import SCHEMAS, SETTINGS
from services.doctor.database import examine_database, product_of
from services.doctor.domain import NotReady, State
from shared.clock import FixedClock, SystemClock
from shared.i18n import ENGLISH, translate
from shared.process_settings import Deployment
from shared.settings import ServiceSettings
from tests.support.databases import DatabaseServer, ServiceDatabase

FreshDatabase = Callable[[str], ServiceDatabase]


def settings_of(database: ServiceDatabase, *, deployment: str = "demonstration", **others: str) -> ServiceSettings:
    given = {"database_url": database.app_url, "owner_database_url": database.owner_url, **others}
    return SETTINGS[database.service].model_construct(deployment=Deployment(deployment), **given)  # type: ignore[arg-type]


def said(settings: ServiceSettings, service: str, *, before_migration: bool = False) -> list[str]:
    """What is lacking, in English."""
    found = examine_database(SCHEMAS[service], settings, SystemClock(), before_migration=before_migration)
    return [translate(each.message, ENGLISH, each.parameters) for each in found if each.state is State.LACKING]


def as_superuser(server: DatabaseServer, database: ServiceDatabase) -> psycopg.Connection[tuple[object, ...]]:
    name = make_url(database.app_url).database
    url = make_url(server.admin_url).set(database=name).render_as_string(hide_password=False)
    return psycopg.connect(url, autocommit=True)


@pytest.fixture
def empty(database_server: DatabaseServer) -> Iterator[ServiceDatabase]:
    """A database of the registry in which nothing has been migrated."""
    database = database_server.restore("registry", b"")
    yield database
    database_server.drop(database)


@pytest.mark.parametrize("service", SCHEMAS)
def test_a_migrated_database_lacks_nothing(service: str, fresh_database: FreshDatabase) -> None:
    database = fresh_database(service)
    found = list(examine_database(SCHEMAS[service], settings_of(database), SystemClock()))
    assert [each.state for each in found] == [State.FINE]
    process = settings_of(database, owner_database_url=None)  # type: ignore[arg-type]
    assert said(process, service) == [], "a process knows the application's role alone"


def test_a_database_that_is_not_reached_is_named_with_the_role(fresh_database: FreshDatabase) -> None:
    database = fresh_database("payout")
    wrong = make_url(database.app_url).set(password="wrong").render_as_string(hide_password=False)
    nowhere = make_url(database.app_url).set(port=1).render_as_string(hide_password=False)
    (sentence,) = said(settings_of(database, database_url=wrong), "payout")
    assert "is not reached as payout_app" in sentence and "password authentication failed" in sentence
    (sentence,) = said(settings_of(database, database_url=nowhere), "payout")
    assert "refused" in sentence and "wrong" not in sentence


def test_an_empty_database_is_to_be_migrated_first(empty: ServiceDatabase) -> None:
    assert said(settings_of(empty), "registry") == [
        "The database of registry is empty: run `subsidies migrate registry`."
    ]
    assert said(settings_of(empty), "registry", before_migration=True) == []


def test_a_database_of_an_earlier_version_is_named(fresh_database: FreshDatabase) -> None:
    database = fresh_database("payout")
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    (sentence,) = said(settings_of(database), "payout")
    assert "is that of an earlier version" in sentence and "migration 0001" in sentence
    assert said(settings_of(database), "payout", before_migration=True) == []


def test_a_database_of_the_next_version_goes_on_and_of_a_later_one_is_refused(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = fresh_database("payout")
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        assert said(settings_of(database), "payout") == []
        connection.execute(
            "COMMENT ON TABLE alembic_version IS 'Processes from migration 9998 on may use this database'"
        )
    for before_migration in (False, True):
        (sentence,) = said(settings_of(database), "payout", before_migration=before_migration)
        assert "belongs to a later version (migration 9999" in sentence and "from migration 9998 on" in sentence
    monkeypatch.setattr(databases, "load", lambda _: settings_of(database))
    with pytest.raises(NotReady, match="belongs to a later version"):
        databases.migrate("payout")


def test_a_database_in_another_encoding_is_refused(database_server: DatabaseServer) -> None:
    database_server.template("payout")
    with psycopg.connect(database_server.admin_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
        connection.execute("ALTER DATABASE latin OWNER TO payout_owner")
        urls = (
            make_url(database_server.admin_url)
            .set(database="latin", username=role, password="test")
            .render_as_string(hide_password=False)
            for role in ("payout_owner", "payout_app")
        )
        found = said(settings_of(ServiceDatabase("payout", *urls)), "payout", before_migration=True)
        connection.execute("DROP DATABASE latin")
    assert found == ["The database of payout has the encoding LATIN1: create it with ENCODING 'UTF8'."]


def test_production_does_not_go_on_a_server_that_forgets(fresh_database: FreshDatabase) -> None:
    """The tests' own server is one."""
    database = fresh_database("payout")
    assert said(settings_of(database, deployment="production"), "payout") == [
        "The server of payout's database may lose what it has confirmed:"
        " switch on fsync, full_page_writes, synchronous_commit."
    ]


def test_roles_have_the_rights_they_need_and_no_more(
    empty: ServiceDatabase, fresh_database: FreshDatabase, database_server: DatabaseServer
) -> None:
    database = fresh_database("payout")
    swapped = settings_of(database, database_url=database.owner_url, owner_database_url=database.app_url)
    found = said(swapped, "payout")
    assert found[0].startswith("payout_owner could change what must stay as it is")
    assert "payout_app may not create tables in the database of payout: make it the owner of the database." in found
    assert any(each.startswith("payout_app does not own account_balances, ") for each in found)
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("REVOKE INSERT ON postings FROM payout_app")
    (sentence,) = said(settings_of(database), "payout")
    assert sentence.startswith("payout_app lacks rights on postings in the database of payout")
    found = said(settings_of(empty, owner_database_url=empty.app_url), "registry", before_migration=True)
    assert found[0].startswith(
        "registry_app cannot create the extensions btree_gist, pg_trgm in the database of registry"
    )


def test_a_clock_that_is_wrong_is_named_with_the_seconds(fresh_database: FreshDatabase) -> None:
    database = fresh_database("payout")
    clock = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
    found = [*examine_database(SCHEMAS["payout"], settings_of(database), clock)]
    assert [each.part for each in found] == ["clock"]
    assert found[0].parameters["seconds"] > 100_000_000


@pytest.mark.parametrize(
    ("version", "product", "number"),
    [
        ("PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu", "PostgreSQL", "15.18"),
        ("(openGauss 5.0.0 build a07d57c3) compiled at 2023-03-29 03:49:47", "openGauss", "5.0.0"),
        ("PostgreSQL 9.2.4 (openGauss 3.0.0 build 02c14696) on x86_64", "openGauss", "3.0.0"),
        ("KingbaseES V008R006C007B0024 on x86_64-pc-linux-gnu, compiled by gcc", "KingbaseES", "008R006C007B0024"),
        ("CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu)", "CockroachDB", "CCL"),
    ],
)
def test_a_product_is_known_by_what_it_says_of_itself(version: str, product: str, number: str) -> None:
    assert product_of(version) == (product, number)


def test_another_product_is_named_with_what_it_lacks(
    fresh_database: FreshDatabase, database_server: DatabaseServer
) -> None:
    """A PostgreSQL that calls itself by another name, and does not know some words."""
    database = fresh_database("payout")
    name = make_url(database.app_url).database
    with as_superuser(database_server, database) as connection:
        connection.execute("CREATE SCHEMA other")
        connection.execute("GRANT USAGE ON SCHEMA other TO PUBLIC")
        connection.execute(
            "CREATE FUNCTION other.version() RETURNS text LANGUAGE sql RETURN '(openGauss 5.0.0 build a07d57c3) compiled'"
        )
        connection.execute(
            "CREATE FUNCTION other.pg_get_keywords() RETURNS TABLE (word text) LANGUAGE sql AS"
            " $$ SELECT word FROM pg_catalog.pg_get_keywords() WHERE word NOT IN ('conflict', 'ordinality') $$"
        )
        connection.execute(f'ALTER DATABASE "{name}" SET search_path = other, public, pg_catalog')
    assert said(settings_of(database), "payout", before_migration=True) == [
        "The database of payout is on openGauss 5.0.0, with which this system was never tried and which lacks:"
        " ON CONFLICT, WITH ORDINALITY. Use PostgreSQL 15 or newer."
    ]
