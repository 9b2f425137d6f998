"""Checks before payout's app and worker start: their settings, and that no sample arrangement is in force in production."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from services.payout.arrangements.handlers import samples_in_force
from services.payout.settings import Settings
from shared.database.engine import Database
from shared.process_settings import Deployment, end_process, load


def load_settings() -> Settings:
    """Return the settings, or end the process with what to correct; an unreachable database is handled later."""
    settings = load(Settings)
    if settings.deployment is Deployment.DEMONSTRATION:
        return settings
    database = Database(settings.database_url, pool_size=1, application_name="payout-startup")
    try:
        with database.reading() as connection:
            samples = samples_in_force(connection)
    except SQLAlchemyError:
        samples = []
    finally:
        database.close()
    if samples:
        end_process(
            "PAYOUT_DATABASE_URL names a demonstration's database: a sample arrangement is confirmed in it."
            " Give production a database of its own."
        )
    return settings
