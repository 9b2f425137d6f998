"""The eligibility worker: runs evaluations, simulations and bulk approvals. Several may run."""

from __future__ import annotations

from services.eligibility.app import registry_facts
from services.eligibility.decisions.handlers import APPROVAL, run_approval
from services.eligibility.evaluations import handlers as evaluations
from services.eligibility.settings import Settings
from services.eligibility.simulations import handlers as simulations
from services.eligibility.whatif.payout import payout as payout_of
from shared import worker
from shared.audit.sealing import sealing
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from shared.observability import logs, tracing
from shared.web.idempotency import forgetting


def job_runner(settings: Settings, database: Database) -> JobRunner:
    """Return the runner of this service's jobs."""
    registry = registry_facts(settings)
    payout = payout_of(settings)
    notice_needed = settings.notice_working_days > 0
    return JobRunner(
        database,
        {
            evaluations.EVALUATION: lambda job: evaluations.run(database, registry, job),
            simulations.SIMULATION: lambda job: simulations.run(database, registry, payout, job),
            APPROVAL: lambda job: run_approval(database, job, notice_needed=notice_needed),
        },
    )


def main() -> None:
    """Work until told to stop."""
    settings = Settings()
    logs.configure("eligibility", "worker", settings.log_level)
    tracing.configure("eligibility")
    database = Database(settings.database_url, pool_size=4, application_name="eligibility-worker")
    worker.run(
        [
            worker.Loop("jobs", job_runner(settings, database).step),
            forgetting(database),
            sealing(database, "eligibility"),
        ]
    )
    database.close()


if __name__ == "__main__":
    main()
