"""Registry, eligibility and payout around fresh databases, in one process: facts in, decisions, money, and what if."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.eligibility.app import build
from services.eligibility.approvals.handlers import approval_handlers
from services.eligibility.clients.payout import Payout as PayoutClient
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.corrections.domain import AutomaticReevaluation
from services.eligibility.corrections.handlers import clear_reevaluated
from services.eligibility.evaluation_jobs.domain import EVALUATION
from services.eligibility.evaluation_jobs.partitions import PartitionEvaluator
from services.eligibility.evaluation_jobs.runner import EvaluationRunner
from services.eligibility.scenarios import simulations
from services.eligibility.settings import Settings
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from shared.messaging.envelope import Message
from tests.integration.payout.conftest import payout
from tests.integration.payout.support import Payout, http_client
from tests.integration.registry.conftest import Registry, registry
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens

__all__ = ["payout", "registry"]

POLICY = "lishui-2020-1"
SETTINGS = Settings.model_validate(
    {
        "database_url": "postgresql://unused/unused",
        "kafka_bootstrap_servers": "localhost:1",
        "token_issuer": "http://issuer.test",
        "token_jwks_url": "http://issuer.test/keys",
        "token_url": "http://issuer.test/token",
        "registry_url": "http://registry.test",
        "notice_working_days": 0,
    }
)


@dataclass
class City:
    """The three services; jobs of eligibility run when told to, and its events reach payout when told to."""

    registry: Registry
    payout: Payout
    database: Database
    http: httpx.Client
    runner: JobRunner
    tokens: Tokens
    facts: RegistryFacts

    def ask(self, method: str, path: str, body: Any = None, *, by: str = "commerce-maker", expect: int = 200) -> Any:
        """Send a request to eligibility and return the JSON; the status has to be `expect`."""
        answer = self.http.request(method, path, json=body, headers=self.tokens.headers(by))
        assert answer.status_code == expect, (answer.status_code, answer.text)
        return answer.json()

    def done(self, path: str, body: Mapping[str, Any], *, by: str = "commerce-maker") -> dict[str, Any]:
        """Queue a job, run it and return it as it is in the end."""
        started = self.ask("POST", path, body, by=by, expect=202)
        while self.runner.step():
            pass
        ended: dict[str, Any] = self.ask("GET", f"{path}/{started['id']}", by=by)
        assert ended["state"] == "succeeded", ended
        return ended

    def items(self, path: str, *, by: str = "auditor") -> list[dict[str, Any]]:
        """Read a whole list, two items a page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.ask("GET", f"{path}{'&' if '?' in path else '?'}limit=2&cursor={cursor}", by=by)
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    def decide(self, **body: Any) -> str:
        """Evaluate, approve, and let payout hear of it; returns the evaluation's id."""
        asked = {"policy": POLICY, "award_years": [2023], "scope": "all", "decided_on": "2024-03-01"} | body
        evaluation = self.done("/v1/evaluations", asked)
        self.done("/v1/approvals", {"evaluation_id": evaluation["id"], "reason": "seen"}, by="commerce-checker")
        with self.database.transaction() as connection:
            decided = "published_at IS NULL AND topic = 'award-decisions.v1'"
            events = connection.execute(
                text(f"SELECT * FROM outbox_events WHERE {decided} ORDER BY batch, place")
            ).all()
            connection.execute(text(f"UPDATE event_batches SET published_at = now() WHERE {decided}"))
        headers = {"ce_specversion": b"1.0", "ce_source": b"/eligibility", "ce_type": b"award.decided"}
        for event in events:
            told = headers | {"ce_id": str(event.event_id).encode()}
            data = event.data if isinstance(event.data, bytes) else str(event.data).encode()
            self.payout.receive(Message("award-decisions.v1", 0, event.place, event.key.encode(), data, told))
        return str(evaluation["id"])


@pytest.fixture
def city(
    fresh_database: Callable[[str], ServiceDatabase],
    tokens: Tokens,
    registry: Registry,  # noqa: F811
    payout: Payout,  # noqa: F811
) -> Iterator[City]:
    database = fresh_database("eligibility").connect()
    own = tokens.headers("eligibility")
    facts = RegistryFacts(http_client(registry.app, own), ["data-platform"])
    money = PayoutClient(http_client(payout.app, own))
    app = build(
        SETTINGS, database=database, token_verifier=tokens.verifier, clock=registry.clock, registry=facts, payout=money
    )
    runner = JobRunner(
        database,
        {
            EVALUATION: EvaluationRunner(
                database,
                facts,
                PartitionEvaluator(facts),
                registry.clock,
                1_000_000,
                0,
                clear_reevaluated(AutomaticReevaluation.RESTATE),
            ),
            simulations.SIMULATION: lambda job: simulations.run(database, facts, money, job),
            **approval_handlers(database, notice_days=0),
        },
    )
    yield City(registry, payout, database, http_client(app, {}), runner, tokens, facts)
    database.close()
