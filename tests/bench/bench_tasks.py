"""`GET /v1/tasks` over HTTP where 100,000 wait, in each service, for those who have the most to do.

What waits in mass is spread over rounds, jurisdictions, steps, units and states; a few hundred things wait one by one, as
objections and suspended decisions do, and 1,000 proposals moved one by one since their counts were added up.
`make bench ARGS=tasks` runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import redirect_stderr
from functools import partial
from typing import Any

import orjson
from fastapi import FastAPI
from sqlalchemy import text

from deploy.local.broker import Broker
from services.eligibility import app as eligibility
from services.eligibility.tasks.repository import add_up
from services.payout import app as payout
from services.payout.awards.handlers import receive
from services.payout.funding.passes import FundingPass
from services.registry import app as registry
from shared.clock import calendar_date
from shared.database.engine import Database
from shared.messaging import inbox
from shared.messaging.envelope import Message, header_map
from shared.observability import logs
from tests.bench.bench_approvals import proposed
from tests.bench.bench_payout import CLOCK, decided, prepare
from tests.bench.bench_registry import Figure
from tests.bench.bench_requests import Caller, Nowhere, interleaved, served
from tests.integration.eligibility.support import settings_of
from tests.integration.payout.support import SETTINGS as PAYOUT_SETTINGS
from tests.integration.registry.conftest import settings_of as registry_settings
from tests.support.databases import DatabaseServer, ServiceDatabase
from tests.support.tokens import Tokens

WAITING, CALLS = 100_000, 100
GOAL = "ms at the median (goal ≤ 50)"

_PROPOSALS = """
INSERT INTO rounds (policy, title, award_years, opens_on, closes_on, opened_by)
SELECT 'lishui-2020-1', '第' || n || '批', '{2023}', '2024-03-01', '2024-06-30', 'x' FROM generate_series(1, 20) n;
INSERT INTO notices (working_days, opened_on, last_day, opened_by) VALUES (5, '2024-03-01', '2024-03-08', 'x');
INSERT INTO decision_steps (decision_id, place, step) SELECT id, s.place, s.step FROM decisions
CROSS JOIN (VALUES (1, 'confirmation'), (2, 'review:statistics'), (3, 'review:district')) s (place, step)
WHERE substr(subject, 2)::integer % 3 = 0;
UPDATE decisions d SET round_id = r.id,
    jurisdiction = (ARRAY['city', 'liandu', 'development_zone', 'qingtian', 'jinyun', 'longquan'])[1 + n % 6],
    open_steps = CASE n % 3 WHEN 0 THEN '{confirmation,review:statistics,review:district}'::text[] ELSE '{}' END,
    flags = CASE n % 10 WHEN 0 THEN '{integrity:tax}'::text[] ELSE '{}' END
FROM (SELECT id, substr(subject, 2)::integer AS n FROM decisions) p
JOIN (SELECT id, row_number() OVER () AS place FROM rounds) r ON r.place = 1 + p.n % 20 WHERE p.id = d.id;
UPDATE decisions SET state = 'in_notice', notice_id = n.id FROM notices n WHERE substr(subject, 2)::integer % 3 = 1;
UPDATE decisions SET state = 'suspended' WHERE state = 'in_notice' AND substr(subject, 2)::integer % 600 = 1;
INSERT INTO objections (notice_id, decision_id, reason, recorded_by)
SELECT notice_id, id, 'r', 'x' FROM decisions WHERE state = 'suspended' AND substr(subject, 2)::integer % 1200 = 1;
UPDATE decisions SET state = 'proposed', noticed_on = '2024-03-09' WHERE state = 'in_notice'
"""
_ONE_BY_ONE = """
DO $$ DECLARE one uuid; BEGIN
FOR one IN SELECT id FROM decisions WHERE open_steps <> '{}' ORDER BY id LIMIT 1000
LOOP UPDATE decisions SET open_steps = array_remove(open_steps, 'confirmation') WHERE id = one; END LOOP; END $$
"""
_APPROVED = """
UPDATE payment_orders SET state = 'approved', approved_by = 'checker', approved_at = now(), account_revision = 1
WHERE state = 'issued' AND unit = 'city'
"""
_CHALLENGES = """
INSERT INTO challenges (dataset, key, uscc, field, reason, challenged_at_revision, made_by, made_at)
SELECT (ARRAY['courier_years', 'annual_sales', 'loans', 'parks', 'hub_years'])[1 + n % 5],
       jsonb_build_object('uscc', 'E' || n % 10000, 'year', 2020 + n % 5), 'E' || n % 10000, 'name', 'r', 1, 'x',
       now() - n * interval '1 minute'
FROM generate_series(1, :count) n
"""


def proposals(server: DatabaseServer, count: int) -> Database:
    """Return an eligibility where `count` proposals wait: a third for confirmation and reviews, for a notice, for approval."""
    database = proposed(server, count, _PROPOSALS)
    add_up(database)
    with database.transaction() as connection:
        connection.execute(text(_ONE_BY_ONE))
    return database


def later_confirmed(data: bytes) -> bytes:
    """Return the data of a decision in two instalments, of which the second waits until an officer confirms it."""
    decision = orjson.loads(data)
    fen = sum(part["amount_fen"] for part in decision["instalments"])
    parts = [{"due_year": 2025, "amount_fen": part} for part in (fen - fen // 2, fen // 2)]
    return orjson.dumps(decision | {"instalments": parts, "later_instalments": "confirmed"})


def orders(server: DatabaseServer, count: int) -> Database:
    """Return a payout with the orders of `count` decisions: approved in the city, else issued; later ones wait."""
    made = server.fresh("payout")
    database = made.connect()
    prepare(database)
    messages = [
        Message(event.topic, 0, number, event.key.encode(), later_confirmed(event.data), header_map(event.headers()))
        for number, event in enumerate(decided(count, CLOCK.now()))
    ]
    for place in range(0, count, 2_000):
        with database.transaction() as connection:
            receive(connection, inbox.take_new(connection, messages[place : place + 2_000]), CLOCK.now())
    assert FundingPass(database, CLOCK).run(CLOCK.now(), calendar_date(CLOCK.now()).year) >= count
    with database.transaction() as connection:
        connection.execute(text(_APPROVED))
    _vacuum(made)
    return database


def challenges(server: DatabaseServer, count: int) -> Database:
    """Return a registry where `count` challenges wait."""
    made = server.fresh("registry")
    database = made.connect()
    with database.transaction() as connection:
        connection.execute(text(_CHALLENGES), {"count": count})
    _vacuum(made)
    return database


def _vacuum(made: ServiceDatabase) -> None:
    owner = Database(made.owner_url)
    with owner.reading() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    owner.close()


def _ask(caller: Caller, _: int) -> Any:
    return caller("GET", "/v1/tasks")


def asked(app: FastAPI, tokens: Tokens, service: str, expected: Mapping[str, set[str]]) -> list[Any]:
    """Ask for the tasks of each client of `expected`, who has tasks of these kinds."""
    found: list[Any] = []
    with served(app) as port:
        for client, kinds in expected.items():
            caller = Caller(port, tokens.headers(client))
            counts = caller("GET", "/v1/tasks")["counts"]
            assert kinds <= set(counts), (client, counts)
            [seconds] = interleaved(CALLS, partial(_ask, caller))
            what = f"{service}'s tasks of {client}"
            found += [
                Figure(f"{what}, as one of {sum(counts.values()):,}", 1, seconds),
                (f"{what}, {GOAL}", seconds * 1_000),
            ]
    return found


def run(server: DatabaseServer, broker: Broker | None, count: int = WAITING) -> list[Any]:
    """Measure everything; returns figures and (name, milliseconds) pairs."""
    del broker
    tokens, found = Tokens(), []
    with redirect_stderr(Nowhere()):
        logs.configure("eligibility", "app")  # its lines are written, as in production, and read by nobody
        database = proposals(server, count)
        app = eligibility.build(
            settings_of(database, 5), database=database, token_verifier=tokens.verifier, clock=CLOCK
        )
        clients = {
            "commerce-checker": {"approval", "flagged_approval", "objection", "suspended"},
            "commerce-maker": {"confirmation", "notice", "notice_end"},
            "statistics-officer": {"review"},
        }
        found += asked(app, tokens, "eligibility", clients)
        database.close()
        database = orders(server, count)
        app = payout.build(PAYOUT_SETTINGS, database=database, token_verifier=tokens.verifier, clock=CLOCK)
        found += asked(
            app,
            tokens,
            "payout",
            {"finance-checker": {"order_approval", "later_instalment"}, "finance-maker": {"batch"}},
        )
        database.close()
        database = challenges(server, count)
        app = registry.build(
            registry_settings(database.url), database=database, token_verifier=tokens.verifier, clock=CLOCK
        )
        found += asked(app, tokens, "registry", {"data-platform": {"challenge"}})
        database.close()
    return found
