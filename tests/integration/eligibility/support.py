"""What the tests of decisions share: stand-ins for evaluations, readers of the database, requests to the app."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import polars as pl
from fastapi import FastAPI
from sqlalchemy import insert, text

from services.eligibility.app import build
from services.eligibility.approvals import repository as approvals
from services.eligibility.decisions import transitions
from services.eligibility.decisions.proposals import (
    CANDIDATE_SCHEMA,
    Counts,
    EvaluatedAwards,
    Provenance,
    lock_proposals,
    propose,
)
from services.eligibility.evaluation_jobs.domain import EVALUATION
from services.eligibility.procedures.repository import official_procedure
from services.eligibility.rules.library import load_policy
from services.eligibility.settings import Settings
from shared.authorization import Actor
from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.events.award_decided import AwardDecided
from shared.identifiers import award_id
from shared.system_tables import jobs as jobs_table
from tests.support.event_loop import wait_for
from tests.support.tokens import Tokens

POLICY = "lishui-2020-1"
MAKER = Actor("commerce-maker", frozenset())
CHECKER = Actor("commerce-checker", frozenset())
LIANDU = Actor("liandu-officer", frozenset(), jurisdiction="liandu")


def rent(subject: str, fen: int, **changes: Any) -> dict[str, Any]:
    """A granted courier-rent of 2023."""
    return {
        "award_id": str(award_id(POLICY, "courier-rent", subject, 2023)),
        "award": "courier-rent",
        "article": "4",
        "subject": subject,
        "identity_year": 2023,
        "award_year": 2023,
        "payee_uscc": subject,
        "payee_name": "丽水甲有限公司",
        "jurisdiction": "liandu",
        "kind": "cash",
        "entitlement_fen": fen,
        "parts": f'[{{"due_offset_years":0,"amount_fen":{fen}}}]',
        "flags": "{}",
    } | changes


def evaluate(
    database: Database,
    *rows: dict[str, Any],
    on: date = date(2024, 3, 1),
    subjects: set[tuple[str, str]] | None = None,
    years: tuple[int, ...] = (2023,),
    legal_form: str = "enterprise",
    authors: str = "{}",
    by: str = MAKER.subject,
    round_id: UUID | None = None,
    facts: int = 0,
) -> tuple[UUID, Counts]:
    """Propose `rows` as an evaluation would.

    `legal_form` is the payees', as the facts say that `authors` recorded; other `facts` are other sealed inputs.
    """
    evaluation_id = uuid4()
    policy = load_policy(POLICY)

    def seal(pairs: pl.DataFrame) -> pl.DataFrame:
        contents = [
            orjson.dumps(
                {"enterprises": [{"uscc": subject, "legal_form": legal_form}], "award": award, "facts": facts}
            ).decode()
            for award, subject in pairs.iter_rows()
        ]
        digests = [sha256(content.encode()).hexdigest() for content in contents]
        return pairs.with_columns(
            pl.Series("hash", digests, dtype=pl.String),
            pl.Series("content", contents, dtype=pl.String),
            pl.lit(authors).alias("authors"),
        )

    with database.transaction() as connection:
        job = {"id": evaluation_id, "kind": EVALUATION, "input": {}, "created_by": MAKER.subject}
        connection.execute(insert(jobs_table).values(job))
        frame = pl.DataFrame(list(rows), schema=CANDIDATE_SCHEMA)
        evaluated = EvaluatedAwards(POLICY, years, subjects)
        lock_proposals(connection)
        procedure = official_procedure(connection, policy)
        provenance = Provenance(
            evaluation_id, by, on, 7, "book", "readings", "1.0.0", round_id, procedure.hash if procedure else None
        )
        steps = procedure.steps(on) if procedure else ()
        return evaluation_id, propose(connection, lambda: frame, evaluated, provenance, seal, steps, notice_days=5)


def approve_all(database: Database, evaluation_id: UUID, reason: str | None = None) -> int:
    with database.transaction() as connection:
        selection = approvals.select_for_approval(
            connection,
            evaluation_id=evaluation_id,
            by=CHECKER.subject,
            reason=reason,
            jurisdiction=None,
            notice_days=0,
        )
        return transitions.approve(connection, selection.ids, by=CHECKER.subject, reason=reason)


def history(database: Database, subject: str) -> list[tuple[int | None, str, str, int, str]]:
    with database.reading() as connection:
        rows = connection.execute(
            text(
                "SELECT version, state, result, entitlement_fen, reason FROM decisions WHERE subject = :s ORDER BY id"
            ),
            {"s": subject},
        )
        return [tuple(row) for row in rows]


def events(database: Database) -> list[AwardDecided]:
    with database.reading() as connection:
        return [
            AwardDecided.model_validate_json(data)
            for data in connection.execute(
                text("SELECT data FROM outbox_events WHERE type = 'award.decided' ORDER BY batch, place")
            ).scalars()
        ]


def the_decision(database: Database, subject: str) -> Any:
    with database.reading() as connection:
        return connection.execute(
            text("SELECT * FROM decisions WHERE subject = :s ORDER BY id DESC LIMIT 1"), {"s": subject}
        ).one()


def settings_of(database: Database, working_days: int) -> Settings:
    """Eligibility's settings on `database`, with notices of `working_days`; nothing else is there."""
    return Settings.model_validate(
        {
            "database_url": database.url,
            "kafka_bootstrap_servers": "localhost:1",
            "kafka_security_protocol": "PLAINTEXT",
            "token_issuer": "http://issuer.test",
            "token_jwks_url": "http://issuer.test/keys",
            "token_url": "http://issuer.test/token",
            "registry_url": "http://registry.test",
            "notice_working_days": working_days,
        }
    )


def app_of(database: Database, tokens: Tokens, *, working_days: int, clock: Clock | None = None) -> FastAPI:
    """The eligibility API on `database`, with notices of `working_days`."""
    settings = settings_of(database, working_days)
    return build(settings, database=database, token_verifier=tokens.verifier, clock=clock or SystemClock())


def run(app: FastAPI, story: Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]) -> None:
    async def act() -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await story(client)

    wait_for(act)


def answer(app: FastAPI, method: str, path: str, **request: Any) -> httpx.Response:
    answers: list[httpx.Response] = []

    async def story(client: httpx.AsyncClient) -> None:
        answers.append(await client.request(method, path, **request))

    run(app, story)
    return answers[0]
