"""The databases of the three services: bring one to this version (`subsidies migrate`), verify its hash chains (`verify`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import make_url

from services.eligibility.schema import SCHEMA as ELIGIBILITY
from services.eligibility.settings import Settings as EligibilitySettings
from services.payout.schema import SCHEMA as PAYOUT
from services.payout.settings import Settings as PayoutSettings
from services.registry.schema import SCHEMA as REGISTRY
from services.registry.settings import Settings as RegistrySettings
from shared.audit.sealing import Verification, verify
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
    """Bring the database of `service` to this version, as its settings say; raises Invalid without the owner's URL."""
    settings = load(SETTINGS[service])
    if settings.owner_database_url is None:
        raise Invalid(
            "Set {variable}: migrations run as the owner of the tables.",
            variable=f"{service.upper()}_OWNER_DATABASE_URL",
        )
    role = make_url(settings.database_url).username or "postgres"
    upgrade(SCHEMAS[service], settings.owner_database_url, role)


def verify_chains(service: str, url: str) -> Iterator[Verification]:
    """Verify each hash chain of `service` in the database at `url`, all at one instant."""
    database = Database(url, pool_size=1, application_name=f"{service}-verify")
    try:
        with database.reading_at_one_instant() as connection:
            for table in SCHEMAS[service].sealed_tables:
                yield verify(connection, table)
    finally:
        database.close()
