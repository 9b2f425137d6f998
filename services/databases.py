"""The databases of the three services: bring one to this version (`migrate`), examine it (`doctor`), verify its hash chains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import make_url

from services.doctor.broker import examine_broker
from services.doctor.database import examine_database
from services.doctor.domain import Finding, NotReady, State
from services.doctor.surroundings import examine_disk, examine_identity_provider
from services.eligibility.schema import SCHEMA as ELIGIBILITY
from services.eligibility.settings import Settings as EligibilitySettings
from services.payout.schema import SCHEMA as PAYOUT
from services.payout.settings import Settings as PayoutSettings
from services.registry.schema import SCHEMA as REGISTRY
from services.registry.settings import Settings as RegistrySettings
from shared.audit.sealing import Verification, verify
from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.errors import Invalid
from shared.migrations import upgrade
from shared.process_settings import load
from shared.settings import ServiceSettings
from shared.system_tables import ServiceSchema

SCHEMAS: Mapping[str, ServiceSchema] = {schema.service: schema for schema in (REGISTRY, ELIGIBILITY, PAYOUT)}
"""In the order in which data flow."""

SETTINGS: Mapping[str, type[ServiceSettings]] = {
    "registry": RegistrySettings,
    "eligibility": EligibilitySettings,
    "payout": PayoutSettings,
}


def migrate(service: str) -> None:
    """Bring the database of `service` to this version, as its settings say.

    Raises Invalid without the owner's URL, and NotReady, with nothing done, if the database lacks what the migration needs.
    """
    settings = load(SETTINGS[service])
    if settings.owner_database_url is None:
        raise Invalid(
            "Set {variable}: migrations run as the owner of the tables.",
            variable=f"{service.upper()}_OWNER_DATABASE_URL",
        )
    for found in examine_database(SCHEMAS[service], settings, SystemClock(), before_migration=True):
        if found.state is State.LACKING:
            raise NotReady.because(found)
    role = make_url(settings.database_url).username or "postgres"
    upgrade(SCHEMAS[service], settings.owner_database_url, role)


def examine(services: Sequence[str], clock: Clock) -> Iterator[Finding]:
    """Yield what is found of the databases of `services` and of what surrounds them, as the environment names it."""
    loaded = {service: load(SETTINGS[service]) for service in services}
    for service, settings in loaded.items():
        yield from examine_database(SCHEMAS[service], settings, clock)
    common = loaded[services[0]]
    yield from examine_broker(common, common.deployment)
    yield from examine_identity_provider(common, clock)
    yield from examine_disk()


def verify_chains(service: str, url: str) -> Iterator[Verification]:
    """Verify each hash chain of `service` in the database at `url`, all at one instant."""
    database = Database(url, pool_size=1, application_name=f"{service}-verify")
    try:
        with database.reading_at_one_instant() as connection:
            for table in SCHEMAS[service].sealed_tables:
                yield verify(connection, table)
    finally:
        database.close()
