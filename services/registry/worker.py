"""Runs imports in the background: wiring alone. `python -m services.registry.worker` runs it."""

from __future__ import annotations

from services.registry.cipher import AccountCipher
from services.registry.imports.domain import KIND
from services.registry.imports.handlers import ImportRunner
from services.registry.schema import SCHEMA
from services.registry.settings import Settings
from services.registry.tasks.domain import KINDS
from services.registry.tasks.repository import TaskReader
from shared.background import Loop
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.files.reader import warm_up
from shared.gauges.overdue_tasks import overdue_tasks
from shared.gauges.stored_gauges import stored_gauges_loop
from shared.jobs.runner import JobRunner
from shared.process_settings import load
from shared.runtime import run_worker


def loops(settings: Settings, database: Database) -> list[Loop]:
    """Return the loops of the worker."""
    cipher = AccountCipher(settings.account_key.get_secret_value())
    runner = JobRunner(database, {KIND: ImportRunner(database, settings, SystemClock(), cipher)})
    overdue = overdue_tasks(KINDS, TaskReader(settings.task_working_days), SystemClock())
    return [Loop("jobs", runner.step), stored_gauges_loop(database, [overdue])]


def main() -> None:
    """Run until stopped."""
    settings = load(Settings)
    warm_up()
    run_worker(SCHEMA, settings, lambda database: loops(settings, database))


if __name__ == "__main__":
    main()
