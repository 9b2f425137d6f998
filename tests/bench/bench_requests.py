"""Single requests to eligibility over HTTP, each beside a bare FastAPI route that reads the same rows.

Three servers run under uvicorn in this process: the registry, eligibility, and the bare one. The bare routes check the same
tokens with the same code and answer JSON; the one has a single indexed SELECT of the decision, the other one statement that reads
the rows which assessing the enterprise takes, straight from the registry's tables, and judges nothing. `make bench ARGS=requests`
runs it.
"""

from __future__ import annotations

import http.client
import io
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from statistics import median
from typing import Annotated, Any
from uuid import UUID

import httpx
import orjson
import polars as pl
import psycopg
import uvicorn
from fastapi import FastAPI, Response
from sqlalchemy import text

from deploy.local.broker import Broker
from services.eligibility.app import build
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.facts.queries import Reached, RowQuery, Step
from services.eligibility.settings import Settings
from shared.authorization import Actor, Scope
from shared.database.engine import Database
from shared.observability import logs
from shared.web.auth import needs
from shared.web.idempotency import json_response
from tests.bench.bench_eligibility_corrections import populate
from tests.bench.bench_registry import Figure, codes
from tests.integration.eligibility.harness import POLICY, Harness, world
from tests.support.databases import DatabaseServer
from tests.support.tokens import Tokens

ENTERPRISES = 20_000
DECISIONS, ASSESSMENTS = 400, 40
_Read = tuple[str, str, list[str]]


class Nowhere(io.TextIOBase):
    """Where lines are written that nobody reads; never closed, for loggers go on with it."""

    def write(self, text: str, /) -> int:
        return len(text)


class _Recording(RegistryFacts):
    """Facts from the registry, with a note of what was read."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__(client)
        self.reads: list[_Read] = []

    def matching(self, revision: int, asked: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
        self._note(asked)
        return super().matching(revision, asked)

    def reached_from(self, steps: Sequence[Step], values: Collection[str]) -> tuple[int, Reached]:
        revision, reached = super().reached_from(steps, values)
        self._note(reached.values)
        return revision, reached

    def _note(self, asked: Mapping[RowQuery, Collection[str]]) -> None:
        for ask, values in asked.items():
            column = f"split_part({ask.column}, ':', 1)" if ask.before_colon else ask.column
            self.reads.append((ask.dataset, column, list(values)))

    def dataset(self, revision: int, dataset: str) -> pl.DataFrame:
        self.reads.append((dataset, "", []))
        return super().dataset(revision, dataset)


def bare(eligibility: Database, registry: Database, tokens: Tokens, reads: dict[str, list[_Read]]) -> FastAPI:
    """Return the bare app."""
    app = FastAPI()
    app.state.token_verifier = tokens.verifier
    one = text("SELECT * FROM decisions WHERE id = :id")

    @app.get("/decisions/{decision_id}")
    def decision(_: Annotated[Actor, needs(Scope.DECISIONS_READ)], decision_id: UUID) -> Response:
        with eligibility.reading() as connection:
            return json_response(dict(connection.execute(one, {"id": decision_id}).one()._mapping))

    @app.post("/assessments")
    def assessment(_: Annotated[Actor, needs(Scope.SIMULATIONS_WRITE)], body: dict[str, Any]) -> Response:
        found: dict[str, list[orjson.Fragment]] = {}
        wanted = reads[body["uscc"]]
        parts = [
            f"SELECT '{dataset}', row_to_json(t)::text FROM {dataset} AS t"
            + (f" WHERE {column} = ANY(%(v{place})s)" if column else "")
            for place, (dataset, column, _) in enumerate(wanted)
        ]
        bound = {f"v{place}": values for place, (_, column, values) in enumerate(wanted) if column}
        with registry.reading() as connection:
            for dataset, row in connection.exec_driver_sql(" UNION ALL ".join(parts), bound):
                found.setdefault(dataset, []).append(orjson.Fragment(row))
        return json_response(found)

    return app


def eligibility_app(opened: Harness, facts: RegistryFacts) -> FastAPI:
    """Return eligibility's app on a world."""
    settings = Settings(
        database_url=opened.database.url, kafka_bootstrap_servers="127.0.0.1:1", registry_url="http://registry.test",
        token_issuer="http://issuer.test", token_jwks_url="http://issuer.test", token_url="http://issuer.test",
    )  # fmt: skip
    return build(
        settings, database=opened.database, token_verifier=opened.tokens.verifier, clock=opened.clock, registry=facts
    )


@contextmanager
def served(app: Any) -> Iterator[int]:
    """Serve `app` as production does, on a free port."""
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


class Caller:
    """Calls one server over one kept connection."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        """Call `port` with `headers`."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = headers | {"Content-Type": "application/json"}

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """Call and return the answer's JSON."""
        self._connection.request(method, path, None if body is None else orjson.dumps(body), self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        return orjson.loads(content)


def interleaved(times: int, *acts: Callable[[int], Any]) -> list[float]:
    """Do `acts` in turn, `times` times after one for warmth; returns the median seconds of each."""
    found: list[list[float]] = [[] for _ in acts]
    for number in range(-1, times):
        for place, act in enumerate(acts):
            started = time.perf_counter()
            act(max(number, 0))
            if number >= 0:
                found[place].append(time.perf_counter() - started)
    return [median(each) for each in found]


def measured(opened: Harness, count: int) -> list[Any]:
    """Measure on a world with decisions."""
    with opened.database.reading() as connection:
        ids = connection.execute(text(f"SELECT id FROM decisions ORDER BY random() LIMIT {DECISIONS}")).scalars().all()
    asked: list[dict[str, Any]] = [
        {"policy": POLICY, "uscc": code, "award_years": [2021], "decided_on": "2024-03-01"}
        for code in codes(count)[:: count // ASSESSMENTS][:ASSESSMENTS]
    ]
    reads: dict[str, list[_Read]] = {}
    with served(opened.transport._transport.app) as registry_port:
        headers = opened.tokens.headers("eligibility")
        facts = _Recording(httpx.Client(base_url=f"http://127.0.0.1:{registry_port}", headers=headers))
        app = eligibility_app(opened, facts)
        plain = bare(opened.database, opened.registry_database, opened.tokens, reads)
        with served(app) as port, served(plain) as bare_port:
            headers = opened.tokens.headers("commerce-maker")
            ours, theirs = Caller(port, headers), Caller(bare_port, headers)
            for body in asked:
                facts.reads.clear()
                assert ours("POST", "/v1/assessments", body)["awards"]
                reads[body["uscc"]] = list(facts.reads)
            decision, select = interleaved(
                len(ids),
                lambda number: ours("GET", f"/v1/decisions/{ids[number]}"),
                lambda number: theirs("GET", f"/decisions/{ids[number]}"),
            )
            assessment, rows = interleaved(
                len(asked),
                lambda number: ours("POST", "/v1/assessments", asked[number]),
                lambda number: theirs("POST", "/assessments", asked[number]),
            )
    return [
        Figure("a decision by id, with its acts", 1, decision),
        Figure("bare route, one indexed SELECT", 1, select),
        Figure("an assessment of one year, from the registry", 1, assessment),
        Figure("bare route, the same rows from the tables in one statement", 1, rows),
        ("a decision by id against the bare route, times as long (goal ≤ 1.5)", decision / select),
        ("an assessment against the bare route, times as long (goal ≤ 5)", assessment / rows),
        ("an assessment, median in ms (goal ≤ 60)", 1e3 * assessment),
        ("reads of that statement", float(median(len(each) for each in reads.values()))),
    ]


def run(server: DatabaseServer, broker: Broker | None, count: int = ENTERPRISES) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    del broker
    registry, eligibility = server.fresh("registry"), server.fresh("eligibility")
    with (
        redirect_stderr(Nowhere()),
        world(registry, eligibility, Tokens()) as opened,
    ):
        logs.configure("eligibility", "app")  # its lines are written, as in production, and read by nobody
        populate(opened, count)
        opened.approve(opened.evaluate())
        for made in (registry, eligibility):
            with psycopg.connect(made.owner_url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
        return measured(opened, count)
