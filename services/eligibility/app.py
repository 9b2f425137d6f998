"""The eligibility API: only wiring."""

from __future__ import annotations

from fastapi import FastAPI

from services.eligibility import metrics as eligibility_metrics
from services.eligibility.assessments.routes import router as assessments_router
from services.eligibility.clients.payout import Payout
from services.eligibility.clients.payout import payout as payout_of
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.corrections import messages as corrections
from services.eligibility.corrections.domain import Standing
from services.eligibility.decisions.republishing import router as republications_router
from services.eligibility.decisions.routes import approvals_router, decisions_router
from services.eligibility.evaluation_jobs.partitions import Shards
from services.eligibility.evaluation_jobs.refusals import Refusals
from services.eligibility.evaluation_jobs.routes import router as evaluations_router
from services.eligibility.impact.routes import router as impact_router
from services.eligibility.interpretations.routes import router as policies_router
from services.eligibility.notices.routes import router as notices_router
from services.eligibility.objections.routes import router as objections_router
from services.eligibility.schema import SCHEMA
from services.eligibility.settings import Settings
from services.eligibility.simulations.routes import router as simulations_router
from shared.clock import Clock
from shared.database.engine import Database
from shared.http_client import connect
from shared.messaging import topics
from shared.settings import load
from shared.web.app import create_app
from shared.web.auth import TokenVerifier
from shared.web.dead_letters import router as dead_letters_router
from shared.web.serve import serve

DESCRIPTION = (
    "Applies the policy to the registry's facts: evaluations, decisions, notices, objections, approvals, explanations."
)


def registry_facts(settings: Settings) -> RegistryFacts:
    """Return the registry as this service reads it, with a token of its own."""
    return RegistryFacts(connect(settings.registry_url, settings, "eligibility", timeout_seconds=120.0))


def build(
    settings: Settings,
    *,
    database: Database,
    token_verifier: TokenVerifier,
    clock: Clock,
    registry: RegistryFacts | None = None,
    payout: Payout | None = None,
) -> FastAPI:
    """Build the app from its parts; `registry` and `payout` are those that the settings name unless others are given."""
    facts = registry or registry_facts(settings)
    return create_app(
        schema=SCHEMA,
        title="Eligibility",
        description=DESCRIPTION,
        routers=[
            policies_router,
            evaluations_router,
            decisions_router,
            approvals_router,
            notices_router,
            objections_router,
            assessments_router,
            republications_router,
            simulations_router,
            impact_router,
            dead_letters_router,
        ],
        database=database,
        token_verifier=token_verifier,
        token_url=settings.token_url,
        clock=clock,
        language=settings.default_language,
        state={
            "registry": facts,
            "payout": payout or payout_of(settings),
            "refusals": Refusals(),
            "notice_working_days": settings.notice_working_days,
        },
        event_handlers={
            topics.REGISTRY_FACTS: corrections.receive,
            topics.EVALUATION_SHARDS: Shards(facts).receive,
        },
        gauges=eligibility_metrics.read if settings.standing is not Standing.OFF else lambda _: (),
    )


if __name__ == "__main__":
    serve("eligibility", load(Settings), build)
