"""A registry and an eligibility service in one process, over HTTP without a network, each worker step taken when told to."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import orjson
from pydantic import SecretStr
from sqlalchemy import text

from deploy.local.clients import confirmer
from services.eligibility.approvals import repository as approvals
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.corrections.domain import AutomaticReevaluation
from services.eligibility.corrections.handlers import AutomaticEvaluations, RegistryFollower, clear_reevaluated
from services.eligibility.decisions import receipts, repository, transitions
from services.eligibility.evaluation_jobs import handlers as evaluations
from services.eligibility.evaluation_jobs.domain import EVALUATION, EvaluationTask
from services.eligibility.evaluation_jobs.partitions import PartitionEvaluator
from services.eligibility.evaluation_jobs.runner import EvaluationRunner
from services.eligibility.settings import Settings as EligibilitySettings
from services.registry.app import build
from services.registry.settings import Settings
from shared.authorization import Actor
from shared.clock import FixedClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from tests.support.databases import ServiceDatabase
from tests.support.event_loop import wait_for
from tests.support.tokens import Tokens

POLICY = "lishui-2020-1"
CHECKER = Actor("commerce-checker", frozenset())
YEARS = [2020, 2021, 2022, 2023, 2024]
AT_ONCE = 0


class InProcess(httpx.BaseTransport):
    """Answers a synchronous client's requests by an ASGI app."""

    def __init__(self, app: Any) -> None:
        self._transport = httpx.ASGITransport(app=app)
        self.requests: list[tuple[str, str]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((request.method, request.url.path))
        request.read()

        async def send() -> tuple[int, httpx.Headers, bytes]:
            answer = await self._transport.handle_async_request(request)
            return answer.status_code, answer.headers, await answer.aread()

        status, headers, content = wait_for(send)
        return httpx.Response(status, headers=headers, content=content, request=request)


@dataclass
class Harness:
    """Both services' databases, and the parts of eligibility's worker."""

    registry_database: Database
    database: Database
    transport: InProcess
    tokens: Tokens
    clock: FixedClock
    partition_enterprises: int = EligibilitySettings.model_fields["partition_enterprises"].default
    automatic: AutomaticReevaluation = AutomaticReevaluation.RESTATE
    facts: RegistryFacts = field(init=False)

    def __post_init__(self) -> None:
        client = httpx.Client(
            transport=self.transport, base_url="http://registry", headers=self.tokens.headers("eligibility")
        )
        self.facts = RegistryFacts(client, ["data-platform"])
        self._writer = httpx.Client(
            transport=self.transport, base_url="http://registry", headers=self.tokens.headers("data-platform")
        )

    def record(self, dataset: str, *records: dict[str, Any], by: str | None = None) -> int:
        """Record rows in the registry, as the data platform or as the person `by`; returns the revision."""
        headers = self.tokens.bearer(sub=by, scope="facts:write") if by else None
        path = f"/v1/datasets/{dataset}/records"
        answer = self._writer.post(path, json={"records": list(records)}, headers=headers)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return self._confirm(dataset, made["draft"]) if made["draft"] else int(made["revision"])

    def _confirm(self, dataset: str, draft: str) -> int:
        """Confirm a draft as the second person of its dataset; returns the revision."""
        headers = self.tokens.headers(confirmer(dataset))
        answer = self._writer.post(f"/v1/drafts/{draft}/confirm", headers=headers)
        assert answer.is_success, answer.text
        return int(answer.json()["revision"])

    def withdraw(self, dataset: str, key: Mapping[str, Any], *, by: str | None = None) -> None:
        """Withdraw a record, as the platform or `by` somebody."""
        body = {"keys": [dict(key)], "reason": "never true"}
        headers = self.tokens.bearer(sub=by, scope="facts:write") if by else None
        answer = self._writer.post(f"/v1/datasets/{dataset}/withdrawals", json=body, headers=headers)
        assert answer.is_success, answer.text

    def runner(self, partitions: PartitionEvaluator | None = None, database: Database | None = None) -> JobRunner:
        """Return what runs evaluations, on another's connections to the database if they are given."""
        database = database or self.database
        run = EvaluationRunner(
            database,
            self.facts,
            partitions or PartitionEvaluator(self.facts),
            self.clock,
            self.partition_enterprises,
            5,
            clear_reevaluated(self.automatic),
        )
        return JobRunner(database, {EVALUATION: run})

    def start(self, scope: Any = "all", years: list[int] | None = None, on: date | None = None) -> UUID:
        """Queue an evaluation as an officer asks for it."""
        task = EvaluationTask(POLICY, years or YEARS, scope, on or date(2025, 3, 1))
        with self.database.transaction() as connection:
            return evaluations.start(connection, task, by="commerce-maker", now=self.clock.now())

    def result(self, evaluation: UUID) -> dict[str, Any]:
        """Return an evaluation that has succeeded."""
        with self.database.reading() as connection:
            shown = evaluations.view(connection, evaluation)
        assert shown["state"] == "succeeded", shown
        return shown

    def evaluate(self, scope: Any = "all", years: list[int] | None = None, on: date | None = None) -> dict[str, Any]:
        """Evaluate as an officer asks for it; returns the evaluation with its counts."""
        evaluation = self.start(scope, years, on)
        assert self.runner().step()
        return self.result(evaluation)

    def follow(self) -> None:
        """Process what the registry changed, as if an event had announced it."""
        with self.database.transaction() as connection:
            connection.execute(text("UPDATE facts_followed SET looked_at = NULL"))
        RegistryFollower(self.database, self.facts).step()

    def correct_by_itself(self) -> dict[str, Any] | None:
        """Follow the registry and run the automatic evaluation that is due; returns it, None if nothing was due."""
        self.follow()
        if not AutomaticEvaluations(self.database, self.clock, self.automatic, AT_ONCE).step():
            return None
        assert self.runner().step()
        [newest] = self.rows(
            "SELECT id FROM jobs WHERE created_by = 'eligibility' ORDER BY created_at DESC, id DESC LIMIT 1"
        )
        return self.result(newest[0])

    def approve(self, evaluation: dict[str, Any]) -> int:
        """Approve what an evaluation proposed."""
        with self.approving(evaluation) as approved:
            return approved

    @contextmanager
    def approving(self, evaluation: dict[str, Any]) -> Iterator[int]:
        """Approve what an evaluation proposed in a transaction that ends with the block; gives how many."""
        with self.database.transaction() as connection:
            selection = approvals.select_for_approval(
                connection, evaluation_id=UUID(evaluation["id"]), by=CHECKER.subject, reason="seen", jurisdiction=None,
                notice_days=0,
            )  # fmt: skip
            yield transitions.approve(connection, selection.ids, by=CHECKER.subject, reason="seen")

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Read from eligibility's database."""
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def decisions(self, award: str) -> list[tuple[Any, ...]]:
        """Return subject, year, version, state, result, fen of every decision of `award`, in task."""
        return self.rows(
            "SELECT subject, award_year, version, state, result, entitlement_fen FROM decisions"
            " WHERE award = :award ORDER BY subject, award_year, id",
            award=award,
        )

    def pending(self) -> list[str]:
        """Return the enterprises that are pending re-evaluation."""
        return [row[0] for row in self.rows("SELECT uscc FROM fact_marks ORDER BY uscc")]

    def events(self) -> list[dict[str, Any]]:
        """Return the data of award.decided events, in task."""
        return [
            orjson.loads(row[0])
            for row in self.rows(
                "SELECT data FROM outbox_events WHERE topic = 'award-decisions.v1' ORDER BY batch, place"
            )
        ]

    def replayed(self, decision: UUID) -> dict[str, Any]:
        """Replay a decision from its receipt."""
        with self.database.reading() as connection:
            return receipts.replay(connection, repository.get(connection, decision, CHECKER))


@contextmanager
def world(registry: ServiceDatabase, eligibility: ServiceDatabase, tokens: Tokens) -> Iterator[Harness]:
    """Open a world on two fresh databases."""
    settings = Settings(
        database_url=registry.app_url,
        account_key=SecretStr(base64.b64encode(bytes(range(64))).decode()),
        kafka_bootstrap_servers="127.0.0.1:1",
        token_issuer="http://issuer.test",
        token_jwks_url="http://issuer.test/keys",
        token_url="http://issuer.test/token",
    )
    clock = FixedClock(datetime(2026, 3, 1, 8, tzinfo=UTC))
    databases = registry.connect(), eligibility.connect()
    app = build(settings, clock=clock, token_verifier=tokens.verifier, database=databases[0])
    yield Harness(*databases, InProcess(app), tokens, clock)
    for database in databases:
        database.close()
