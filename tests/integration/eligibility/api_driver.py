"""Officers at the eligibility API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from services.eligibility.approvals.handlers import approval_handlers
from shared.clock import FixedClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from tests.integration.eligibility.support import answer, evaluate, the_decision
from tests.support.tokens import Tokens

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
LAST_DAY, CLOSABLE_ON = "2026-03-09", "2026-03-10"
"""Of a notice of five working days that is opened on that Monday."""


@dataclass
class Office:
    """Officers at the eligibility API, and a clock that they can wait by."""

    app: FastAPI
    database: Database
    tokens: Tokens
    clock: FixedClock

    def ask(self, client: str, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        return answer(self.app, method, path, json=json, headers=self.tokens.headers(client, **headers))

    def ask_as(self, headers: dict[str, str], method: str, path: str, json: Any = None) -> httpx.Response:
        return answer(self.app, method, path, json=json, headers=headers)

    def did(self, client: str, path: str, json: Any = None) -> dict[str, Any]:
        given = self.ask(client, "POST", path, json if json is not None else {})
        assert given.is_success, given.text
        body: dict[str, Any] = given.json()
        return body

    def refused(self, client: str, path: str, json: Any, code: str) -> dict[str, Any]:
        given = self.ask(client, "POST", path, json)
        body: dict[str, Any] = given.json()
        assert (given.is_error, body.get("type")) == (True, f"urn:ecommerce-subsidies:problem:{code}"), body
        return body

    def proposed(self, *rows: dict[str, Any], legal_form: str = "enterprise") -> str:
        """Have an evaluation grant `rows`; returns its id."""
        return str(evaluate(self.database, *rows, legal_form=legal_form)[0])

    def noticed(self, *rows: dict[str, Any], legal_form: str = "enterprise") -> dict[str, Any]:
        """Have `rows` granted, and put into a notice."""
        made = self.proposed(*rows, legal_form=legal_form)
        return self.did("commerce-maker", "/v1/notices", {"evaluation_id": made})

    def closed(self, notice: dict[str, Any]) -> dict[str, Any]:
        """Wait until the notice's term has run, and close it."""
        self.clock.instant = MONDAY + timedelta(days=8)
        return self.did("commerce-maker", f"/v1/notices/{notice['id']}/close")

    def objected(self, notice: dict[str, Any], subject: str) -> dict[str, Any]:
        body = {"decision_id": self.id_of(subject), "objector": "王五 13800000000", "reason": "not their rent"}
        return self.did("commerce-maker", f"/v1/notices/{notice['id']}/objections", body)

    def decided(self, objection: dict[str, Any], outcome: str) -> dict[str, Any]:
        body = {"outcome": outcome, "reason": "looked into"}
        return self.did("commerce-checker", f"/v1/objections/{objection['id']}/decide", body)

    def approved_in_bulk(self, body: dict[str, Any]) -> dict[str, Any]:
        job = self.did("commerce-checker", "/v1/approvals", body)
        JobRunner(self.database, approval_handlers(self.database, notice_days=5)).step()
        done: dict[str, Any] = self.ask("auditor", "GET", f"/v1/approvals/{job['id']}").json()
        return done

    def id_of(self, subject: str) -> str:
        return str(the_decision(self.database, subject).id)

    def state(self, subject: str) -> str:
        return str(the_decision(self.database, subject).state)
