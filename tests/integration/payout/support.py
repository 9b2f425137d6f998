"""What payout's integration tests share: decisions as messages, an arrangement, a payout around a fresh database."""

from __future__ import annotations

import base64
import itertools
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import polars as pl
from fastapi import FastAPI
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from services.payout.app import build
from services.payout.arrangements.domain import Entitlement
from services.payout.awards import handlers as awards
from services.payout.clients.eligibility import Decisions, InForce
from services.payout.clients.payee_facts import PayeeFacts
from services.payout.clients.payees import Payees
from services.payout.clients.registry import ACCOUNTS, AccountChange, Accounts
from services.payout.funding.passes import AccountPass, FundingPass
from services.payout.ledger.tables import postings
from services.payout.reconciliation.repository import entitlements
from services.payout.settings import Settings
from services.payout.worker import job_handlers
from shared.audit.sealing import Sealer
from shared.clock import FixedClock, calendar_date
from shared.database.engine import Database
from shared.errors import Unavailable
from shared.free_text import masked
from shared.identifiers import award_id as identify
from shared.jobs.runner import JobRunner
from shared.messaging import inbox
from shared.messaging.consumer import Handler
from shared.messaging.envelope import Message
from tests.support import event_loop
from tests.support.databases import as_owner
from tests.support.tokens import Tokens

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette prefers a fork of httpx and says so on import
    from fastapi.testclient import TestClient

USCC = "91331100MA2E000007"
OTHER_USCC = "91331102MA2E00001X"
HOLDER = "丽水测试快递有限公司"
_numbers = itertools.count(1)

SEAL_KEY = bytes(range(7, 71))

SETTINGS = Settings.model_validate(
    {
        "deployment": "demonstration",
        "database_url": "postgresql:///unused",
        "kafka_bootstrap_servers": "localhost:1",
        "unsigned_events_until": "9999-12-31T00:00:00Z",
        "token_issuer": "http://issuer.test",
        "token_jwks_url": "http://issuer.test/keys",
        "token_url": "http://issuer.test/token",
        "file_seal_key": base64.b64encode(SEAL_KEY).decode(),
        "payers": {"city": {"name": "丽水市财政局", "number": "33050169000000000001", "bank_code": "105343000012"}},
    }
)

SHARED_HALF = {
    "number": "测试〔2020〕1号",
    "effective_from": "2020-01-02",
    "sample": True,
    "rows": [
        {
            "jurisdiction": "city",
            "award": "*",
            "shares": [{"unit": "city", "numerator": 1, "denominator": 1}],
            "remainder_to": "city",
        },
        {
            "jurisdiction": "liandu",
            "award": "*",
            "shares": [
                {"unit": "city", "numerator": 1, "denominator": 2},
                {"unit": "liandu", "numerator": 1, "denominator": 2},
            ],
            "remainder_to": "liandu",
        },
        {
            "jurisdiction": "development_zone",
            "award": "*",
            "shares": [{"unit": "development_zone", "numerator": 1, "denominator": 1}],
            "remainder_to": "development_zone",
        },
    ],
}


def http_client(app: FastAPI, headers: Mapping[str, str]) -> TestClient:
    """Return a client of `app` that sends `headers` with every request."""
    client = TestClient(app, headers=dict(headers))
    client.portal = event_loop.portal()
    return client


def award(subject: str = "s1", code: str = "courier-rent", year: int = 2024) -> UUID:
    """Return the identity of an award of the tests."""
    return identify("lishui-2020-1", code, subject, year)


def decision(
    subject: str = "s1",
    version: int = 1,
    instalments: Sequence[tuple[int, int]] = ((2025, 1_000_001),),
    *,
    code: str = "courier-rent",
    jurisdiction: str = "liandu",
    uscc: str = USCC,
    decided_on: date = date(2025, 3, 1),
    first_decided_on: date = date(2025, 3, 1),
    kind: str = "cash",
    event_id: str | None = None,
    **other: Any,
) -> Message:
    """Return an `award.decided` message; instalments are (due year, fen)."""
    entitlement = sum(fen for _, fen in instalments)
    award_id = str(award(subject, code))
    data = {
        "award_id": award_id,
        "version": version,
        "policy": "lishui-2020-1",
        "award": code,
        "article": "4",
        "subject": subject,
        "award_year": 2024,
        "payee": {"uscc": uscc, "name": "丽水测试快递有限公司"},
        "jurisdiction": jurisdiction,
        "kind": kind,
        "result": "granted" if entitlement or kind == "in_kind" else "withdrawn",
        "entitlement_fen": entitlement,
        "instalments": [{"due_year": year, "amount_fen": fen} for year, fen in instalments],
        "decided_on": decided_on.isoformat(),
        "first_decided_on": first_decided_on.isoformat(),
        "reason": "initial" if version == 1 else "correction",
        "receipt": {
            "facts_revision": 7,
            "policy_hash": "p" * 64,
            "interpretations_hash": "i" * 64,
            "engine_version": "1",
        },
    } | other
    headers = {
        "ce_specversion": b"1.0",
        "ce_id": (event_id or f"{award_id}:{version}").encode(),
        "ce_source": b"/eligibility",
        "ce_type": b"award.decided",
    }
    return Message("award-decisions.v1", 0, next(_numbers), award_id.encode(), orjson.dumps(data), headers)


@dataclass
class FakeAccounts(Accounts):
    """Accounts as a registry would give them: each change is a revision, and what a lower one held never changes."""

    history: list[tuple[int, str, str | None, date]] = field(default_factory=list)
    holders: dict[str, str] = field(default_factory=dict)
    """Holders of accounts other than the usual one."""

    def has_enterprise(self, uscc: str) -> bool:
        return True

    def latest_revision(self) -> int:
        return len(self.history)

    def set(self, uscc: str, number: str | None, since: date = date(2020, 1, 1)) -> None:
        """Record another account of `uscc`, or with None that it has none."""
        self.history.append((len(self.history) + 1, uscc, number, since))

    def on(self, day: date, usccs: Collection[str], revision: int) -> pl.DataFrame:
        known = {
            uscc: (number, recorded_in)
            for recorded_in, uscc, number, since in self.history
            if recorded_in <= revision and uscc in usccs and since <= day
        }
        rows = [
            (uscc, "=丽水测试快递有限公司", "102343000017", number, recorded_in)
            for uscc, (number, recorded_in) in known.items()
            if number
        ]
        return pl.DataFrame(rows, ACCOUNTS, orient="row")

    def changes(self, after: int, until: int) -> list[AccountChange]:
        return [
            AccountChange(
                uscc, since, None, revision, number is None, self.holders.get(uscc, HOLDER), masked(number or "")
            )
            for revision, uscc, number, since in self.history
            if after < revision <= until
        ]


@dataclass
class FakePayees(Payees):
    """What the registry says of payees: everybody is registered, and nothing speaks against anybody unless a test says so."""

    found: dict[str, Any] = field(default_factory=dict)
    """Members of `PayeeFacts` other than the usual ones."""

    def latest_revision(self) -> int:
        return 9

    def facts(self, day: date, usccs: Collection[str], subjects: Collection[str], revision: int) -> PayeeFacts:
        return PayeeFacts(revision, **({"registered": usccs} | self.found))


@dataclass
class FakeDecisions(Decisions):
    """Decisions in force as eligibility would give them: one per page; None does not answer."""

    in_force_now: list[InForce] | None = None
    proposed_now: list[Entitlement] | None = None
    shown: list[dict[str, Any]] | None = None
    asked: list[str] = field(default_factory=list)
    books: Database | None = None

    def in_force_of(self, award_ids: Collection[str]) -> dict[str, InForce]:
        """Answer as payout has it, unless the test says what is in force."""
        if self.in_force_now is None and self.books is not None:
            with self.books.reading() as connection:
                return as_payout_has(connection, award_ids)
        return {each.award_id: each for each in self._reached(self.in_force_now) if each.award_id in award_ids}

    def in_force(self) -> Iterator[list[InForce]]:
        for each in self._reached(self.in_force_now):
            yield [each]

    def proposed(self, round_id: UUID | None = None) -> Iterator[list[Entitlement]]:
        self.asked += [] if round_id is None else [str(round_id)]
        for each in self._reached(self.proposed_now):
            yield [each]

    def of_award(self, award_id: UUID) -> list[dict[str, Any]]:
        return [each for each in self._reached(self.shown) if each["award_id"] == str(award_id)]

    def republish(self, award_ids: Sequence[str]) -> int:
        self._reached(self.in_force_now)
        self.asked += award_ids
        return len(award_ids)

    @staticmethod
    def _reached(rows: list[Any] | None) -> list[Any]:
        if rows is None:
            raise Unavailable
        return rows


def as_payout_has(connection: Connection, award_ids: Collection[str]) -> dict[str, InForce]:
    """Return what eligibility has if nobody but eligibility wrote to payout: what payout has."""
    ids = list(award_ids)
    return {
        award_id: InForce(award_id, row.version, row.entitlement_fen, row.payee_uscc, row.jurisdiction, row.received_at)
        for start in range(0, len(ids), 1_000)  # as many as reconciliation asks for: more may be looked for one by one
        for award_id, row in entitlements(connection, ids[start : start + 1_000]).items()
    }


@dataclass
class Payout:
    """Payout around a fresh database, driven without a broker; the clock stands still."""

    database: Database
    tokens: Tokens
    owner_url: str = ""
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 3, 2, 4, 0, tzinfo=UTC)))
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    decisions: FakeDecisions = field(default_factory=FakeDecisions)
    payees: FakePayees = field(default_factory=FakePayees)

    def __post_init__(self) -> None:
        self.decisions.books = self.database
        self.app = build(
            SETTINGS,
            database=self.database,
            token_verifier=self.tokens.verifier,
            clock=self.clock,
            accounts=self.accounts,
            decisions=self.decisions,
            payees=self.payees,
        )
        self.http = http_client(self.app, {})

    def receive(self, *messages: Message) -> None:
        """Hand over `messages` as one batch of the consumer: inbox and effect in one transaction."""
        with self.database.transaction() as connection:
            new = inbox.take_new(connection, messages)
            if new:
                awards.receive(connection, new, self.clock.now())

    def resume(self) -> int:
        """Let the arrangement pass run once."""
        with self.database.transaction() as connection:
            return awards.resume(connection, self.clock.now())

    def fund(self) -> int:
        """Let the funding pass run once."""
        return self.funding_pass().run(self.clock.now(), calendar_date(self.clock.now()).year)

    def funding_pass(self, page_orders: int = 1_000) -> FundingPass:
        """Return a funding pass that looks at `page_orders` orders in a transaction."""
        return FundingPass(self.database, self.clock, page_orders=page_orders)

    @property
    def handler(self) -> Handler:
        """What the consumer hands new messages to."""
        return awards.award_decisions(self.clock)

    def account(
        self, uscc: str = USCC, number: str | None = "6222000011112222", since: date = date(2020, 1, 1)
    ) -> None:
        """Record an account in the registry and let payout notice it."""
        self.accounts.set(uscc, number, since)
        self.account_pass().step()

    def account_pass(self) -> AccountPass:
        """Return what follows the registry's accounts."""
        return AccountPass(self.database, self.accounts, self.clock)

    def work(self) -> None:
        """Do the jobs that are queued."""
        runner = JobRunner(self.database, job_handlers(self.database, self.accounts, self.clock))
        while runner.step():
            pass

    def seal(self) -> None:
        """Seal the ledger up to now."""
        sealer = Sealer(self.database, [postings], block_rows=2)
        while sealer.step():
            pass

    def tamper(self, statement: str, table: str = "postings") -> None:
        """Do what only the owner of the tables can, with the triggers of `table` off."""
        engine = create_engine(make_url(self.owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            connection.execute(text(statement))
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))

    def reconcile(self) -> None:
        """Everything that is kept in two places agrees."""
        assert self.get("/v1/reconciliation")["differences"] == []

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, by: str, expect: int | None = None) -> Any:
        """POST and return the JSON; the status has to be `expect`, or any of success."""
        answer = self.http.post(path, json=body, headers=self.tokens.headers(by))
        assert answer.status_code == expect if expect else answer.is_success, (answer.status_code, answer.text)
        return answer.json()

    def get(self, path: str, *, by: str = "auditor", expect: int = 200) -> Any:
        """GET and return the JSON; the status has to be `expect`."""
        answer = self.http.get(path, headers=self.tokens.headers(by))
        assert answer.status_code == expect, (answer.status_code, answer.text)
        return answer.json()

    def arrange(self, document: Mapping[str, Any] = SHARED_HALF) -> str:
        """Draft and confirm an arrangement by two persons; returns its id."""
        drafted = self.post("/v1/arrangements", document, by="finance-maker")
        self.post(f"/v1/arrangements/{drafted['id']}/confirm", by="finance-checker")
        return str(drafted["id"])

    def appropriate(self, unit: str, amount_fen: int, year: int = 2026, *, expect: int = 200) -> None:
        """Draft an appropriation and confirm it by two persons; the confirmation is answered with `expect`."""
        body = {"unit": unit, "year": year, "amount_fen": amount_fen, "document": "测试拨款"}
        drafted = self.post("/v1/appropriations", body, by="finance-maker", expect=201)
        self.post(f"/v1/appropriations/{drafted['id']}/confirm", by="finance-checker", expect=expect)

    def carry_over(self, path: str, body: Mapping[str, Any]) -> list[Any]:
        """Draft what a budget carries over and confirm it by two persons; returns what was confirmed."""
        drafts = self.post(path, body, by="finance-maker", expect=201)["items"]
        return [self.post(f"/v1/appropriations/{draft['id']}/confirm", by="finance-checker") for draft in drafts]

    def repay(self, recovery_id: str, body: Mapping[str, Any]) -> Any:
        """Enter a repayment and confirm it by two persons; returns the recovery."""
        path = f"/v1/recoveries/{recovery_id}/repayments"
        entered = self.post(path, body, by="finance-maker", expect=201)
        if entered["state"] == "proposed":
            self.post(f"{path}/{entered['id']}/confirm", by="finance-checker", expect=200)
        found = self.get("/v1/recoveries?limit=1000")["items"]
        return next(each for each in found if each["id"] == recovery_id)

    def story(self, subject: str = "s1", code: str = "courier-rent") -> Any:
        """Return the story of an award."""
        return self.get(f"/v1/awards/{award(subject, code)}")

    def live(self, subject: str = "s1") -> list[tuple[str, int, int, str]]:
        """Return the live orders of an award as (unit, instalment, fen, state), sorted."""
        orders = self.story(subject)["orders"]
        return sorted((o["unit"], o["instalment"], o["amount_fen"], o["state"]) for o in orders if o["live"])

    def execute(self, statement: str, *, owner: bool = False, **values: object) -> Any:
        """Run a statement as the application role, or the owner of the tables, and return its rows, if it has any."""
        with as_owner(self.database) if owner else self.database.transaction() as connection:
            result = connection.execute(text(statement), values)
            return result.all() if result.returns_rows else None
