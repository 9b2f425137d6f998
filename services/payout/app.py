"""Payout's API process."""

from __future__ import annotations

from fastapi import FastAPI

from services.payout.arrangements.routes import router as arrangements
from services.payout.awards.routes import router as awards
from services.payout.budgets.routes import router as budgets
from services.payout.orders.routes import router as orders
from services.payout.settings import Settings
from services.payout.worker import award_decisions
from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.database.migrate import is_current
from shared.messaging.topics import AWARD_DECISIONS
from shared.observability import logs, tracing
from shared.web.app import create_app
from shared.web.auth import RemoteKeys, TokenVerifier
from shared.web.dead_letters import router as dead_letters
from shared.web.problems import UNAVAILABLE, Problem
from shared.web.serve import serve

DESCRIPTION = (
    "Splits decided awards under the fiscal arrangement in force (Suppl.), reserves the money, and pays: "
    "arrangements, budgets, the award's story, payment orders."
)


def build(database: Database, token_verifier: TokenVerifier, clock: Clock) -> FastAPI:
    """Build the app around `database`."""

    def ready() -> None:
        with database.reading() as connection:
            if not is_current("payout", connection):
                raise Problem(UNAVAILABLE, "The database has not been migrated to this version.")

    return create_app(
        service="payout",
        title="Payout",
        description=DESCRIPTION,
        routers=[arrangements, budgets, awards, orders, dead_letters],
        database=database,
        token_verifier=token_verifier,
        clock=clock,
        state={"event_handlers": {AWARD_DECISIONS: award_decisions(clock)}},
        ready=ready,
    )


def main() -> None:
    """Serve the API as the environment says."""
    settings = Settings()
    logs.configure("payout", "app", settings.log_level)
    tracing.configure("payout")
    clock = SystemClock()
    database = Database(settings.database_url, pool_size=settings.pool_size, application_name="payout-app")
    verifier = TokenVerifier(settings.token_issuer, settings.token_audience, RemoteKeys(settings.token_jwks_url), clock)
    serve(build(database, verifier, clock), settings.host, settings.port)


if __name__ == "__main__":
    main()
