"""Runs imports in the background: wiring alone. `python -m services.registry.worker` runs it."""

from __future__ import annotations

from services.registry.cipher import AccountCipher
from services.registry.imports.domain import KIND
from services.registry.imports.handlers import ImportRunner
from services.registry.schema import SCHEMA
from services.registry.settings import Settings
from shared.background import Loop
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.files.reader import warm_up
from shared.jobs.runner import JobRunner
from shared.runtime import run_worker
from shared.settings import load


def loops(settings: Settings, database: Database) -> list[Loop]:
    """Return the loops of the worker."""
    cipher = AccountCipher(settings.account_key.get_secret_value())
    runner = JobRunner(database, {KIND: ImportRunner(database, settings, SystemClock(), cipher)})
    return [Loop("jobs", runner.step)]


def main() -> None:
    """Run until stopped."""
    settings = load(Settings)
    warm_up()
    run_worker(SCHEMA, settings, lambda database: loops(settings, database))


if __name__ == "__main__":
    main()
