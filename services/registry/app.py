"""The registry's API: wiring alone. `python -m services.registry.app` serves it."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI

from services.registry import metrics as registry_metrics
from services.registry.arrow_reader import ArrowReader
from services.registry.challenges.routes import router as challenges_router
from services.registry.cipher import AccountCipher
from services.registry.datasets.routes import router as datasets_router
from services.registry.drafts.routes import router as drafts_router
from services.registry.enterprises.repository import is_enterprise
from services.registry.enterprises.routes import router as enterprises_router
from services.registry.imports.routes import router as imports_router
from services.registry.quality.routes import router as quality_router
from services.registry.related_rows.routes import router as related_rows_router
from services.registry.revisions.record_routes import router_of
from services.registry.revisions.routes import router as revisions_router
from services.registry.schema import SCHEMA
from services.registry.settings import Settings
from services.registry.tasks.domain import KINDS
from services.registry.tasks.repository import TaskReader
from shared.authorization import Scope
from shared.catalogue.datasets import CATALOGUE
from shared.clock import Clock
from shared.database.engine import Database
from shared.process_settings import load
from shared.web.app import create_app
from shared.web.auth import TokenVerifier
from shared.web.bodies import BodyLimit
from shared.web.serve import serve
from shared.web.tasks import tasks_router

DESCRIPTION = (
    "Enterprises and monitoring data behind the e-commerce subsidies of 丽政办发〔2020〕1号. Records are never overwritten:"
    " every change set is a revision, and whatever was known at a revision can be read for ever."
)


def build(settings: Settings, *, database: Database, token_verifier: TokenVerifier, clock: Clock) -> FastAPI:
    """Build the app from its parts."""
    return create_app(
        schema=SCHEMA,
        title="Registry",
        description=DESCRIPTION,
        routers=[
            datasets_router,
            *(router_of(dataset) for dataset in CATALOGUE.values()),
            revisions_router,
            related_rows_router,
            drafts_router,
            enterprises_router,
            quality_router,
            imports_router,
            challenges_router,
            tasks_router(KINDS, TaskReader(settings.task_working_days), readers=Scope.FACTS_READ),
        ],
        database=database,
        token_verifier=token_verifier,
        clock=clock,
        settings=settings,
        is_enterprise=partial(is_enterprise, database),
        state={
            "settings": settings,
            "cipher": AccountCipher(settings.account_key.get_secret_value()),
            "arrow": ArrowReader(database.url, settings.statement_timeout_seconds),
        },
        bodies=[
            BodyLimit("/v1/imports", settings.upload_max_bytes, files=True),
            BodyLimit("/v1/datasets/[^/]+/(records|withdrawals)|/v1/snapshots/.+"),
        ],
        gauges=registry_metrics.read,
        tags={
            dataset.name: f"{dataset.en[:1].upper()}{dataset.en[1:]} ({dataset.zh})" for dataset in CATALOGUE.values()
        },
    )


if __name__ == "__main__":
    serve("registry", load(Settings), build)
