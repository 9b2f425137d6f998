"""The desk's page of a case beside the calls that it makes, and a round that is approved from one page.

Real decisions with their explanations are recorded from eligibility first; then the desk and a client without pages get the same
answers from memory in turn, so that nothing but the desk differs. For the round, eligibility answers over HTTP, and its worker
approves; the form is sent twice, as impatient people do. `make bench ARGS=desk` runs it.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from statistics import median
from typing import Any

import httpx
from starlette.testclient import TestClient

from deploy.local.broker import Broker
from services.desk.app import build
from services.desk.clients.eligibility import Eligibility
from services.desk.clients.payout import Payout
from services.desk.clients.registry import Registry
from services.desk.desk import together
from services.eligibility.app import build as build_eligibility
from services.eligibility.approvals.handlers import approval_handlers
from services.eligibility.settings import Settings as EligibilitySettings
from shared.clock import FixedClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from shared.observability import logs
from tests.bench.bench_approvals import count_of, proposed
from tests.bench.bench_eligibility_corrections import populate
from tests.bench.bench_registry import Figure
from tests.bench.bench_requests import Nowhere, served
from tests.integration.eligibility.harness import Harness, world
from tests.integration.eligibility.support import app_of
from tests.support.databases import DatabaseServer
from tests.support.desk import SETTINGS, Services, browser, cookie
from tests.support.tokens import Tokens

ENTERPRISES = 2_000
PAGES = 200
_INSTANT = "2026-03-01T03:00:00Z"
IN_A_ROUND = 20_000
_POLL_SECONDS = 0.2
_ROUND = """
INSERT INTO rounds (policy, title, award_years, opens_on, closes_on, opened_by)
VALUES ('lishui-2020-1', '第一批', '{2023}', '2024-03-01', '2024-06-30', 'x');
UPDATE decisions SET round_id = (SELECT id FROM rounds)
"""
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def recorded(opened: Harness, count: int) -> dict[str, Any]:
    """Return what the services answer about `count` decisions, by service, method and path."""
    settings = EligibilitySettings(
        database_url=opened.database.url, kafka_bootstrap_servers="127.0.0.1:1", registry_url="http://registry.test",
        token_issuer="http://issuer.test", token_jwks_url="http://issuer.test", token_url="http://issuer.test",
    )  # fmt: skip
    eligibility = build_eligibility(
        settings,
        database=opened.database,
        token_verifier=opened.tokens.verifier,
        clock=opened.clock,
        registry=opened.facts,
    )
    found: dict[str, Any] = {}
    with TestClient(eligibility, headers=opened.tokens.headers("commerce-checker")) as client:
        for (decision_id,) in opened.rows("SELECT id FROM decisions ORDER BY id LIMIT :count", count=count):
            path = f"/v1/decisions/{decision_id}"
            decision = client.get(path).json()
            found[f"eligibility GET {path}"] = decision
            found[f"eligibility GET {path}/explanation"] = client.get(f"{path}/explanation").json()
            found[f"payout GET /v1/awards/{decision['award_id']}/timeline"] = _money(decision["entitlement_fen"])
    found["eligibility GET /v1/decisions"] = {"items": [], "next_cursor": None}
    found["registry GET /v1/datasets/payee_accounts/records"] = {"items": [], "next_cursor": None}
    return found


def _money(fen: int) -> dict[str, Any]:
    """Return the money of an award that two budgets have paid, as payout tells it."""
    shares, orders, steps = [], [], []
    for unit, part in (("city", fen // 2), ("liandu", fen - fen // 2)):
        shares.append(
            {"unit": unit, "entitlement_fen": part, "ordered_fen": part, "paid_fen": part, "to_recover_fen": 0}
        )
        order = {"unit": unit, "due_year": 2026, "amount_fen": part, "state": "settled", "waiting_for": None}
        orders.append(order | {"id": f"order-{unit}"})
        steps += [
            {"at": _INSTANT, "step": step, "actor": "payout", "unit": unit, "amount_fen": part, "reference": None}
            for step in ("recognised", "funded", "approved", "sent", "settled")
        ]
    return {"shares": shares, "orders": orders, "recoveries": [], "steps": steps}


async def measured(answers: dict[str, Any], tokens: Tokens) -> list[Any]:
    """Measure pages and the same calls in turn, after one of each for warmth."""
    services = Services(answers)
    transport = httpx.MockTransport(services)
    clock = FixedClock(tokens.clock.now())
    desk = build(SETTINGS, token_verifier=tokens.verifier, clock=clock, transport=transport)
    decisions = [each for path, each in answers.items() if path.startswith("eligibility GET /v1/decisions/")]
    decisions = [each for each in decisions if "possible_acts" in each]
    pages: list[float] = []
    calls: list[float] = []
    sizes: list[tuple[int, int]] = []
    async with (
        browser(desk, cookie(clock, subject="commerce-checker")) as client,
        httpx.AsyncClient(transport=transport, base_url="http://eligibility.test") as eligibility_http,
        httpx.AsyncClient(transport=transport, base_url="http://payout.test") as payout_http,
        httpx.AsyncClient(transport=transport, base_url="http://registry.test") as registry_http,
    ):
        eligibility = Eligibility(eligibility_http, "token", "zh-CN")
        payout, registry = Payout(payout_http, "token", "zh-CN"), Registry(registry_http, "token", "zh-CN")
        for number in range(-1, PAGES):
            decision = decisions[number % len(decisions)]
            started = time.perf_counter()
            answer = await client.get(f"/decisions/{decision['id']}")
            page = time.perf_counter() - started
            assert answer.status_code == httpx.codes.OK and "timeline" in answer.text
            started = time.perf_counter()
            await eligibility.get_decision(decision["id"])
            await together(
                explanation=eligibility.get_decision_explanation(decision["id"]),
                money=payout.get_award_timeline(decision["award_id"], eligibility=False),
                versions=eligibility.list_decisions(award_id=decision["award_id"], limit=20),
                accounts=registry.list_records("payee_accounts", uscc=decision["payee"]["uscc"]),
            )
            bare = time.perf_counter() - started
            services.asked.clear()
            if number >= 0:
                pages.append(page)
                calls.append(bare)
                sizes.append((len(answer.content), len(gzip.compress(answer.content))))
    page, bare = median(pages), median(calls)
    return [
        Figure("a page with a case", 1, page),
        Figure("the same calls without the page", 1, bare),
        ("a page with a case beside its calls, ms more at the median (goal ≤ 150)", (page - bare) * 1_000),
        ("the largest page of a case, KB (goal ≤ 200)", max(whole for whole, _ in sizes) / 1_000),
        ("the same as it is sent, KB", max(packed for _, packed in sizes) / 1_000),
    ]


@contextmanager
def working(database: Database) -> Iterator[None]:
    """Do eligibility's bulk approvals beside, as its worker does."""
    ended = threading.Event()
    runner = JobRunner(database, approval_handlers(database, notice_days=0))

    def work() -> None:
        while not ended.wait(_POLL_SECONDS):
            runner.step()

    worker = threading.Thread(target=work)
    worker.start()
    yield
    ended.set()
    worker.join()


async def approved(url: str, tokens: Tokens, round_id: str) -> tuple[float, float]:
    """Open a round's page, approve all of it there, twice, and wait for the end; return the seconds of both."""
    clock = FixedClock(tokens.clock.now())
    settings = SETTINGS.model_copy(update={"eligibility_url": url})
    desk = build(settings, token_verifier=tokens.verifier, clock=clock)
    own = cookie(
        clock,
        subject="commerce-checker",
        token=tokens.headers("commerce-checker")["Authorization"].removeprefix("Bearer "),
    )
    async with browser(desk, own) as client:
        await client.get(f"/rounds/{round_id}")  # for warmth
        started = time.perf_counter()
        page = await client.get(f"/rounds/{round_id}")
        opened = time.perf_counter() - started
        assert page.status_code == httpx.codes.OK, page.text
        form = dict(_HIDDEN.findall(page.text.partition('id="approval"')[2].partition("</form>")[0]))
        started = time.perf_counter()
        jobs = [await client.post("/acts/eligibility/start_approval", data=form) for _ in range(2)]
        assert len({each.headers["location"] for each in jobs}) == 1, "sent twice, it is one job"
        while "hx-get" in (await client.get(jobs[0].headers["location"])).text:
            await asyncio.sleep(_POLL_SECONDS)
        return opened, time.perf_counter() - started


def approved_from_one_page(server: DatabaseServer, tokens: Tokens, count: int) -> list[Figure]:
    """Measure the approval of a round of `count` decisions from its page."""
    database = proposed(server, count, _ROUND)
    with database.reading() as connection:
        round_id = str(connection.exec_driver_sql("SELECT id FROM rounds").scalar_one())
    with served(app_of(database, tokens, working_days=0)) as port, working(database):
        opened, done = asyncio.run(approved(f"http://127.0.0.1:{port}", tokens, round_id))
    assert count_of(database, "decisions WHERE state = 'approved'") == count
    assert count_of(database, "outbox_events") == 2 * count, "each is approved once and announced once"
    database.close()
    return [
        Figure(f"the page of a round of {count:,} decisions", 1, opened),
        Figure(f"{count:,} approved from one page, from the click to its end", count, done),
    ]


def run(server: DatabaseServer, broker: Broker | None, count: int = ENTERPRISES) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    del broker
    registry, eligibility = server.fresh("registry"), server.fresh("eligibility")
    with redirect_stderr(Nowhere()), world(registry, eligibility, Tokens()) as opened:
        logs.configure("desk", "app")  # its lines are written, as in production, and read by nobody
        populate(opened, count)
        opened.approve(opened.evaluate())
        return [
            *asyncio.run(measured(recorded(opened, 40), opened.tokens)),
            *approved_from_one_page(server, Tokens(), IN_A_ROUND),
        ]
