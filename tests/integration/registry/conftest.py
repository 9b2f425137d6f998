"""The registry as a caller meets it: HTTP on a fresh database, and a worker that runs when told to."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from deploy.local.clients import confirmer
from services.registry.app import build
from services.registry.cipher import AccountCipher
from services.registry.imports.domain import KIND
from services.registry.imports.handlers import ImportRunner
from services.registry.settings import Settings
from shared.clock import FixedClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from shared.media_types import NDJSON
from tests.support.databases import ServiceDatabase
from tests.support.event_loop import wait_for
from tests.support.tokens import Tokens

ACCOUNT_KEY = base64.b64encode(bytes(range(64))).decode()
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
UPLOAD_MAX_BYTES = 8_000_000
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def uscc(seed: int) -> str:
    """Return a valid code, the same for the same seed."""
    digits = random.Random(seed)
    body = "913311" + "".join(digits.choice("0123456789") for _ in range(2))
    body += "".join(digits.choice(ALPHABET) for _ in range(9))
    total = sum(ALPHABET.index(letter) * weight for letter, weight in zip(body, WEIGHTS, strict=True))
    return body + ALPHABET[(31 - total % 31) % 31]


def sale(code: str, year: int, fen: int | None) -> dict[str, Any]:
    """Return a row of annual_sales."""
    return {"uscc": code, "year": year, "online_retail_fen": fen}


@dataclass
class Registry:
    """A caller of the registry, by default the data platform."""

    app: FastAPI
    database: Database
    tokens: Tokens
    clock: FixedClock
    runner: JobRunner
    client: str = "data-platform"
    scopes: tuple[str, ...] = field(default_factory=tuple)

    def request(self, method: str, path: str, *, by: str | None = None, **more: Any) -> httpx.Response:
        """Send a request."""
        headers = self.tokens.headers(by or self.client) | dict(more.pop("headers", {}) or {})

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://registry") as client:
                return await client.request(method, path, headers=headers, **more)

        return wait_for(send)

    def get(self, path: str, *, by: str | None = None, accept: str | None = None, **query: Any) -> httpx.Response:
        """Read, without minding the answer's status."""
        return self.request("GET", path, by=by, params=query or None, headers={"Accept": accept} if accept else {})

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Read a whole list, page by page."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            answer = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            cursor = answer.json()["next_cursor"]
            if cursor is None:
                return found

    def lines(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Read NDJSON."""
        answer = self.get(path, accept=NDJSON, **query)
        assert answer.status_code == 200, answer.text
        return [orjson.loads(line) for line in answer.content.splitlines()]

    def record(self, dataset: str, records: Any, *, clearing: str = "refuse", **headers: str) -> httpx.Response:
        """Record rows."""
        path = f"/v1/datasets/{dataset}/records"
        return self.request("POST", path, json=records, headers=headers, params={"clearing": clearing})

    def recorded(self, dataset: str, *records: Mapping[str, Any], clearing: str = "refuse") -> int:
        """Record rows that must be accepted; returns the revision."""
        answer = self.record(dataset, {"records": list(records)}, clearing=clearing)
        assert answer.status_code == 201, answer.text
        return self.revision_of(dataset, answer.json())

    def revision_of(self, dataset: str, made: Mapping[str, Any]) -> int:
        """Return the revision of a change set; if it waits as a draft, the second person of its dataset confirms it."""
        if made["draft"] is None:
            return int(made["revision"])
        answer = self.confirm(made["draft"], by=confirmer(dataset))
        assert answer.status_code == 200, answer.text
        return int(answer.json()["revision"])

    def confirm(self, draft: str, *, by: str, **headers: str) -> httpx.Response:
        """Confirm a draft."""
        return self.request("POST", f"/v1/drafts/{draft}/confirm", by=by, headers=headers)

    def enterprises(self, *codes: str) -> int:
        """Record enterprises with these codes."""
        return self.recorded("enterprises", *(enterprise(code) for code in codes))

    def start_import(self, content: bytes, media_type: str = "text/csv", **query: Any) -> httpx.Response:
        """Upload a file."""
        headers = {"Content-Type": media_type} | query.pop("headers", {})
        return self.request("POST", "/v1/imports", content=content, params=query, headers=headers)

    def imported(self, content: bytes, media_type: str = "text/csv", **query: Any) -> dict[str, Any]:
        """Upload a file, run its import and return it."""
        answer = self.start_import(content, media_type, **query)
        assert answer.status_code == 202, answer.text
        while self.runner.step():
            pass
        done: dict[str, Any] = self.get(f"/v1/imports/{answer.json()['id']}").json()
        return done

    def errors(self, job: Mapping[str, Any]) -> list[tuple[int, str | None, str]]:
        """Return an import's mistakes as (line, field, code)."""
        found = self.items(f"/v1/imports/{job['id']}/errors", limit=1_000)
        return [(item["line"], item["field"], item["code"]) for item in found]


def enterprise(code: str, **more: Any) -> dict[str, Any]:
    """Return an enterprise's record."""
    return {
        "uscc": code,
        "name": f"丽水样例{code[-4:]}有限公司",
        "legal_form": "enterprise",
        "registered_on": "2015-03-01",
    } | more


def settings_of(database_url: str) -> Settings:
    """Return the settings of a registry on `database_url`."""
    return Settings(
        database_url=database_url,
        account_key=SecretStr(ACCOUNT_KEY),
        kafka_bootstrap_servers="127.0.0.1:1",
        token_issuer="http://issuer.test",
        token_jwks_url="http://issuer.test/keys",
        token_url="http://issuer.test/token",
        upload_max_bytes=UPLOAD_MAX_BYTES,
        workbook_max_bytes=100_000_000,
    )


def importer(database: Database) -> ImportRunner:
    """Return what runs imports in a worker."""
    return ImportRunner(database, settings_of(database.url), FixedClock(NOW), AccountCipher(ACCOUNT_KEY))


@contextmanager
def registry_on(made: ServiceDatabase, tokens: Tokens) -> Iterator[Registry]:
    """Serve the registry of a database."""
    settings = settings_of(made.app_url)
    clock = FixedClock(NOW)
    database = made.connect()
    app = build(settings, clock=clock, token_verifier=tokens.verifier, database=database)
    runner = JobRunner(database, {KIND: importer(database)})
    yield Registry(app, database, tokens, clock, runner)
    database.close()


@pytest.fixture
def registry(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> Iterator[Registry]:
    """A registry without a revision."""
    with registry_on(fresh_database("registry"), tokens) as found:
        yield found
