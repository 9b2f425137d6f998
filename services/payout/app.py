"""Payout's API process."""

from __future__ import annotations

from fastapi import FastAPI

from services.payout import metrics as payout_metrics
from services.payout.arrangements.routes import router as arrangements
from services.payout.awards.handlers import award_decisions
from services.payout.awards.routes import router as awards
from services.payout.batches.result_routes import router as bank_results
from services.payout.batches.routes import BODIES as BATCH_BODIES
from services.payout.batches.routes import router as batches
from services.payout.budgets.routes import router as budgets
from services.payout.checks.routes import router as checks
from services.payout.clients.eligibility import Decisions, eligibility_decisions
from services.payout.clients.payees import Payees, registry_payees
from services.payout.clients.registry import Accounts, registry_accounts
from services.payout.corrections.routes import router as corrections
from services.payout.funding.routes import arrangement_previews
from services.payout.funding.routes import router as holds
from services.payout.ledger.routes import router as ledger
from services.payout.orders.routes import router as orders
from services.payout.papers import routes as papers
from services.payout.reconciliation.routes import router as reconciliation
from services.payout.recoveries.routes import router as recoveries
from services.payout.recovery_acts.routes import router as recovery_acts
from services.payout.reports.routes import router as reports
from services.payout.restorations.routes import router as restorations
from services.payout.schema import SCHEMA
from services.payout.seals import Seals
from services.payout.settings import Settings
from services.payout.startup import load_settings
from services.payout.tasks.domain import KINDS
from services.payout.tasks.repository import TaskReader
from shared.audit import log
from shared.authorization import Scope
from shared.clock import Clock
from shared.database import queries
from shared.database.engine import Database
from shared.files.reader import warm_up
from shared.messaging.consumer import verified
from shared.messaging.signatures import verifier_of
from shared.messaging.topics import AWARD_DECISIONS
from shared.process_settings import Deployment
from shared.web.app import create_app
from shared.web.auth import TokenVerifier
from shared.web.bodies import BodyLimit
from shared.web.dead_letters import router as dead_letters
from shared.web.papers import TEMPLATE_BODY
from shared.web.serve import serve
from shared.web.tasks import tasks_router

BODIES = [*BATCH_BODIES, TEMPLATE_BODY, BodyLimit("/v1/payment-orders/approvals|/v1/awards/.+")]
DESCRIPTION = (
    "Splits decided awards under the fiscal arrangement in force (Suppl.), reserves the money, and pays: "
    "arrangements, budgets, the timeline of an award, payment orders."
)


def build(
    settings: Settings,
    *,
    database: Database,
    token_verifier: TokenVerifier,
    clock: Clock,
    accounts: Accounts | None = None,
    decisions: Decisions | None = None,
    payees: Payees | None = None,
) -> FastAPI:
    """Build the app from its parts; accounts are the registry's and decisions eligibility's unless others are given."""
    own_accounts = accounts or registry_accounts(settings)
    return create_app(
        schema=SCHEMA,
        title="Payout",
        description=DESCRIPTION,
        routers=[
            arrangements,
            arrangement_previews,
            budgets,
            awards,
            holds,
            orders,
            checks,
            restorations,
            batches,
            bank_results,
            corrections,
            recoveries,
            recovery_acts,
            papers.recoveries_router,
            papers.payees_router,
            papers.templates_router,
            ledger,
            reconciliation,
            reports,
            tasks_router(KINDS, TaskReader(settings.task_working_days), readers=Scope.MONEY_READ),
            dead_letters,
        ],
        database=database,
        token_verifier=token_verifier,
        clock=clock,
        settings=settings,
        is_enterprise=own_accounts.has_enterprise,
        state={
            "accounts": own_accounts,
            "payees": payees or registry_payees(settings),
            "sample_percent": settings.verification_sample_percent,
            "decisions": decisions or eligibility_decisions(settings),
            "payers": settings.payers,
            "seals": Seals(settings.file_seal_key.get_secret_value()),
            "samples_allowed": settings.deployment is Deployment.DEMONSTRATION,
        },
        bodies=BODIES,
        event_handlers={AWARD_DECISIONS: verified(award_decisions(clock), verifier_of(settings))},
        gauges=payout_metrics.read,
        related=log.related_by(queries.load(__package__).related_to),
    )


if __name__ == "__main__":
    warm_up()
    serve("payout", load_settings(), build)
