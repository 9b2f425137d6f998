"""The eligibility API: only wiring."""

from __future__ import annotations

import httpx
from fastapi import FastAPI

from services.eligibility.decisions.routes import approvals_router, decisions_router
from services.eligibility.evaluations.routes import router as evaluations_router
from services.eligibility.facts.registry import RegistryFacts
from services.eligibility.policies.routes import router as policies_router
from services.eligibility.settings import Settings
from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.observability import logs, tracing
from shared.web.app import create_app
from shared.web.auth import ClientCredentials, RemoteKeys, TokenVerifier
from shared.web.dead_letters import router as dead_letters_router
from shared.web.serve import serve

DESCRIPTION = "Applies the policy to the registry's facts: evaluations, decisions, approvals, explanations."


def registry_facts(settings: Settings) -> RegistryFacts:
    """Return the registry as this service reads it, with a token of its own."""
    credentials = ClientCredentials(settings.token_url, "eligibility", settings.client_secret.get_secret_value())
    return RegistryFacts(httpx.Client(base_url=settings.registry_url, auth=credentials))


def build(settings: Settings, token_verifier: TokenVerifier, registry: RegistryFacts, clock: Clock) -> FastAPI:
    """Build the app from its parts."""
    return create_app(
        service="eligibility",
        title="Eligibility",
        description=DESCRIPTION,
        routers=[policies_router, evaluations_router, decisions_router, approvals_router, dead_letters_router],
        database=Database(settings.database_url, pool_size=settings.pool_size, application_name="eligibility-app"),
        token_verifier=token_verifier,
        clock=clock,
        state={"registry": registry, "notice_working_days": settings.notice_working_days},
    )


def main() -> None:
    """Serve as the environment says."""
    settings = Settings()
    logs.configure("eligibility", "app", settings.log_level)
    tracing.configure("eligibility")
    clock = SystemClock()
    verifier = TokenVerifier(settings.token_issuer, settings.token_audience, RemoteKeys(settings.token_jwks_url), clock)
    serve(build(settings, verifier, registry_facts(settings), clock), settings.host, settings.port)


if __name__ == "__main__":
    main()
