"""Runs imports in the background: wiring alone. `python -m services.registry.worker` runs it."""

from __future__ import annotations

from services.registry.cipher import AccountCipher
from services.registry.imports.domain import KIND
from services.registry.imports.handlers import ImportRunner
from services.registry.schema import SCHEMA
from services.registry.settings import Settings
from shared.audit.sealing import sealing
from shared.background import Loop
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from shared.observability import logs, tracing
from shared.runtime import work
from shared.settings import load
from shared.web.idempotency import forgetting


def main() -> None:
    """Run until told to stop."""
    settings = load(Settings)
    logs.configure("registry", "worker", settings.log_level)
    tracing.configure("registry", "worker", settings.otlp_endpoint)
    database = Database(
        settings.database_url, pool_size=6, application_name="registry-worker", prepared_statements=False
    )
    cipher = AccountCipher(settings.account_key.get_secret_value())
    runner = JobRunner(database, {KIND: ImportRunner(database, settings, SystemClock(), cipher)})
    work(
        "worker",
        settings,
        database,
        [Loop("jobs", runner.step), forgetting(database), sealing(database, SCHEMA.sealed_tables)],
    )


if __name__ == "__main__":
    main()
