"""The eligibility API: only wiring."""

from __future__ import annotations

from fastapi import FastAPI

from services.eligibility import metrics as eligibility_metrics
from services.eligibility.approvals.routes import approvals_router
from services.eligibility.approvals.routes import decisions_router as approvals_of_decisions_router
from services.eligibility.awards.routes import router as awards_router
from services.eligibility.cases.routes import router as cases_router
from services.eligibility.clients.payout import Payout
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.confirmations.routes import router as confirmations_router
from services.eligibility.corrections import handlers as corrections
from services.eligibility.corrections.domain import AutomaticReevaluation
from services.eligibility.corrections.routes import router as recalls_router
from services.eligibility.decisions.routes import republications_router
from services.eligibility.decisions.routes import router as decisions_router
from services.eligibility.evaluation_jobs.partitions import PartitionEvaluator
from services.eligibility.evaluation_jobs.refusals import Refusals
from services.eligibility.evaluation_jobs.routes import router as evaluations_router
from services.eligibility.interpretations.routes import router as policies_router
from services.eligibility.notices.routes import router as notices_router
from services.eligibility.objections.routes import router as objections_router
from services.eligibility.papers import routes as papers
from services.eligibility.procedures.routes import router as procedures_router
from services.eligibility.refusals.routes import router as refusals_router
from services.eligibility.reviews.routes import decisions_router as reviews_of_decisions_router
from services.eligibility.reviews.routes import reviews_router
from services.eligibility.rounds.routes import router as rounds_router
from services.eligibility.scenarios.routes import assessments_router, facts_router, impact_router, simulations_router
from services.eligibility.schema import SCHEMA
from services.eligibility.settings import Settings
from services.eligibility.tasks.domain import KINDS
from services.eligibility.tasks.repository import TaskReader
from shared.audit import log
from shared.authorization import Scope
from shared.clock import Clock
from shared.database import queries
from shared.database.engine import Database
from shared.http_client import connect
from shared.messaging import topics
from shared.messaging.consumer import verified
from shared.messaging.signatures import verifier_of
from shared.process_settings import load
from shared.web.app import create_app
from shared.web.auth import TokenVerifier
from shared.web.bodies import BodyLimit
from shared.web.dead_letters import router as dead_letters_router
from shared.web.papers import TEMPLATE_BODY
from shared.web.serve import serve
from shared.web.tasks import tasks_router

DESCRIPTION = (
    "Applies the policy to the registry's facts: evaluations, decisions, notices, objections, approvals, explanations."
)


def registry_client(settings: Settings) -> RegistryFacts:
    """Return the client of the registry."""
    http = connect(settings.registry_url, settings, "eligibility", timeout_seconds=120.0)
    return RegistryFacts(http, [client.strip() for client in settings.system_clients.split(",")])


def payout_client(settings: Settings) -> Payout:
    """Return the client of payout."""
    return Payout(connect(settings.payout_url, settings, "eligibility", timeout_seconds=60.0))


def task_reader(settings: Settings, clock: Clock) -> TaskReader:
    """Return what reads the tasks."""
    return TaskReader(clock, settings.task_working_days, settings.notice_working_days)


def build(
    settings: Settings,
    *,
    database: Database,
    token_verifier: TokenVerifier,
    clock: Clock,
    registry: RegistryFacts | None = None,
    payout: Payout | None = None,
) -> FastAPI:
    """Build the app from its parts; `registry` and `payout` default to the services that the settings name."""
    facts = registry or registry_client(settings)
    verifier = verifier_of(settings)
    return create_app(
        schema=SCHEMA,
        title="Eligibility",
        description=DESCRIPTION,
        routers=[
            policies_router,
            awards_router,
            procedures_router,
            evaluations_router,
            decisions_router,
            cases_router,
            approvals_of_decisions_router,
            approvals_router,
            rounds_router,
            confirmations_router,
            reviews_of_decisions_router,
            reviews_router,
            notices_router,
            objections_router,
            refusals_router,
            papers.guide_router,
            papers.decisions_router,
            papers.refusals_router,
            papers.notices_router,
            papers.rounds_router,
            papers.batches_router,
            papers.templates_router,
            assessments_router,
            republications_router,
            recalls_router,
            simulations_router,
            impact_router,
            facts_router,
            tasks_router(KINDS, task_reader(settings, clock), readers=Scope.DECISIONS_READ),
            dead_letters_router,
        ],
        database=database,
        token_verifier=token_verifier,
        clock=clock,
        settings=settings,
        is_enterprise=facts.has_enterprise,
        state={
            "registry": facts,
            "payout": payout or payout_client(settings),
            "refusals": Refusals(),
            "notice_working_days": settings.notice_working_days,
            "task_working_days": settings.task_working_days,
        },
        bodies=[
            BodyLimit("/v1/(assessments|simulations|impact|evaluations|approvals|notices|republications|reviews)"),
            BodyLimit("/v1/scenario-facts", files=True, seconds=300),
            TEMPLATE_BODY,
        ],
        event_handlers={
            topics.REGISTRY_FACTS: verified(corrections.receive, verifier),
            topics.EVALUATION_SHARDS: verified(PartitionEvaluator(facts).receive, verifier),
        },
        gauges=eligibility_metrics.read
        if settings.automatic_reevaluation is not AutomaticReevaluation.OFF
        else lambda _: (),
        related=log.related_by(queries.load(__package__).related_to),
    )


if __name__ == "__main__":
    serve("eligibility", load(Settings), build)
