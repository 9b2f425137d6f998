"""What an attacker without a token, or with little, does: refused cheaply, while probes answer and people work on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from sqlalchemy import text

from shared.errors import TooManyRequests
from shared.jobs import repository as jobs
from shared.jobs.runner import MAX_ATTEMPTS, JobRunner
from shared.web import connections
from shared.web.connections import BoundedProtocol
from shared.web.metrics import serve_probes
from shared.web.quotas import Quotas
from shared.web.streams import Streams
from tests.integration.registry.conftest import NOW, Registry, registry, sale, uscc  # noqa: F401
from tests.support.tokens import Tokens

MEBIBYTE = 1024 * 1024


@pytest.fixture
def served(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:  # noqa: F811
    """The registry's port, served as in production, but impatient."""
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(connections, "SEND_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(registry.app, http=BoundedProtocol, ws="none", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def connect(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port))
    made.settimeout(30)
    return made


def head(path: str, headers: dict[str, str], method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: registry", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def answer(connection: socket.socket) -> bytes:
    """Read until the server closes."""
    received = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            received += piece
    return bytes(received)


RECORDS = "/v1/datasets/annual_sales/records"
JSON_BODY = {"Content-Type": "application/json", "Content-Length": str(4 * MEBIBYTE)}


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Bearer x.y.z"}])
def test_without_a_token_no_body_is_read(served: int, authorization: dict[str, str]) -> None:
    with connect(served) as attacker:
        attacker.sendall(head(RECORDS, JSON_BODY | authorization))  # and not one byte of the body
        refused = answer(attacker)
    assert refused.startswith(b"HTTP/1.1 401") and b"connection: close" in refused.lower()


def test_silent_and_dripping_connections_are_closed(served: int) -> None:
    silent = [connect(served) for _ in range(100)]
    dripping = connect(served)
    dripping.sendall(b"GET /healthz HTTP/1.1\r\n")
    ended = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            while not ended.wait(0.05):
                dripping.sendall(b"X-Drip: 1\r\n")

    dropping = threading.Thread(target=drip)
    dropping.start()
    assert answer(dripping) == b""
    assert all(answer(each) == b"" for each in silent)
    ended.set()
    dropping.join()
    for each in (*silent, dripping):
        each.close()


def test_people_work_beside_two_hundred_requests_that_drip(
    served: int,
    registry: Registry,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 10.0)
    slow_heads = [connect(served) for _ in range(100)]
    slow_bodies = [connect(served) for _ in range(100)]
    for number, each in enumerate(slow_bodies):
        token = registry.tokens.bearer(sub=f"slow-{number % 25}", scope="facts:write", jti=str(number))
        each.sendall(head(RECORDS, JSON_BODY | token) + b"[")
    for each in slow_heads:
        each.sendall(b"GET /healthz HTTP/1.1\r\n")
    try:
        with serve_probes(registry.tokens.verifier, "127.0.0.1", 0, registry.app.state.probes) as own_port:
            for _ in range(3):
                for drop, dripping in ((b"X-Drip: 1\r\n", slow_heads), (b" ", slow_bodies)):
                    for each in dripping:
                        each.sendall(drop)
                for port in (own_port, served):
                    assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).status_code == 200
                person = registry.tokens.headers("data-platform")
                asked = httpx.get(f"http://127.0.0.1:{served}/v1/revisions/latest", headers=person, timeout=30)
                assert asked.status_code == 200
        enterprise = {"uscc": uscc(1), "name": "丽水样例", "legal_form": "enterprise", "registered_on": "2015-01-01"}
        stored = httpx.post(
            f"http://127.0.0.1:{served}/v1/datasets/enterprises/records",
            json={"records": [enterprise]},
            headers=person | {"Idempotency-Key": "beside"},
            timeout=30,
        )
        assert stored.status_code == 201, stored.text
    finally:
        for each in (*slow_heads, *slow_bodies):
            each.close()


def test_a_request_with_two_lengths_is_refused(served: int, tokens: Tokens) -> None:
    headers = tokens.headers("data-platform") | JSON_BODY | {"Transfer-Encoding": "chunked"}
    with connect(served) as attacker:
        attacker.sendall(head(RECORDS, headers))
        assert answer(attacker).startswith(b"HTTP/1.1 422")


def test_large_and_deep_bodies_are_refused(registry: Registry) -> None:  # noqa: F811
    def status(content: object, path: str = RECORDS) -> int:
        headers = {"Content-Type": "application/json"}
        return registry.request("POST", path, content=content, headers=headers).status_code

    async def endless() -> object:
        while True:
            yield b" " * MEBIBYTE

    assert status(b"[" * 200_000) == 422
    assert status(b"[" * 100 + b"]" * 100) == 422
    assert status(b'[{"uscc": "' + b"x" * 5 * MEBIBYTE + b'"}]') == 413
    assert status(endless()) == 413
    assert status(b" " * 300_000, "/v1/unknown") == 413, "256 KiB unless a route says otherwise"


def test_probes_answer_while_every_thread_and_connection_is_taken(served: int, registry: Registry) -> None:  # noqa: F811
    held = threading.Event()

    def hold() -> None:
        with registry.database.transaction():
            held.wait()

    holders = [threading.Thread(target=hold) for _ in range(10)]
    for holder in holders:
        holder.start()
    waiting = [connect(served) for _ in range(60)]
    for each in waiting:
        each.sendall(head("/v1/revisions/latest", registry.tokens.headers("data-platform"), "GET"))
    try:
        with serve_probes(registry.tokens.verifier, "127.0.0.1", 0, registry.app.state.probes) as own_port:
            for port in (own_port, served):
                for path in ("/healthz", "/readyz"):
                    assert httpx.get(f"http://127.0.0.1:{port}{path}", timeout=30).status_code == 200
    finally:
        held.set()
        for holder in holders:
            holder.join()
        for each in waiting:
            each.close()


def test_slow_readers_hold_no_connection_and_what_is_too_many_is_refused(served: int, registry: Registry) -> None:  # noqa: F811
    codes = [uscc(seed) for seed in range(1_000)]
    registry.enterprises(*codes)
    for year in range(2015, 2025):
        registry.recorded("annual_sales", *(sale(code, year, 10**9) for code in codes))
    registry.app.state.streams = Streams(4)
    readers = [connect(served) for _ in range(6)]
    for number, each in enumerate(readers):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        by = registry.tokens.headers("data-platform" if number % 2 else "auditor")
        each.sendall(head("/v1/changes?after=0", by | {"Accept": "application/x-ndjson"}, "GET"))
    first = [each.recv(16) for each in readers]
    assert sorted(line[9:12] for line in first) == [b"200"] * 4 + [b"503"] * 2
    with registry.database.reading() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert connection.execute(text(f"SELECT count(*) {others} AND state <> 'idle'")).scalar_one() == 0
    for each in readers:
        each.close()
    while registry.app.state.streams._of_client.total():
        time.sleep(0.05)  # the server notices that nobody reads
    assert registry.get("/v1/changes", after=0).status_code == 200


def test_a_client_that_asks_for_too_much_is_told_when_to_come_back() -> None:
    clock = [0.0]
    quotas = Quotas(2, 3, lambda: clock[0])
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(quotas.admit("greedy"))
        with pytest.raises(Exception, match="3 requests of this client are in progress"):
            stack.enter_context(quotas.admit("greedy"))
        stack.enter_context(quotas.admit("modest"))
    for _ in range(17):
        with quotas.admit("greedy"):
            pass
    with pytest.raises(Exception, match="more than 2 requests a second") as refused, quotas.admit("greedy"):
        pass
    assert refused.value.retry_after_seconds == 1  # type: ignore[attr-defined]
    clock[0] += 1
    with quotas.admit("greedy"):
        pass


def test_a_clients_many_requests_take_turns_and_nobody_else_waits_for_them() -> None:
    async def flood() -> None:
        quotas, working, ended = Quotas(1_000, 64), Counter[str](), asyncio.Event()

        async def ask(client: str, until: asyncio.Event | None = None) -> None:
            with quotas.admit(client) as turn:
                async with turn:
                    working[client] += 1
                    if until is not None:
                        await until.wait()

        greedy = [asyncio.create_task(ask("greedy", ended)) for _ in range(64)]
        await asyncio.sleep(0)
        await ask("modest")
        assert working == {"greedy": 16, "modest": 1}
        ended.set()
        await asyncio.gather(*greedy)
        assert working["greedy"] == 64

    asyncio.run(flood())


def test_a_quota_is_answered_with_429(registry: Registry) -> None:  # noqa: F811
    registry.app.user_middleware[0].kwargs["quotas"] = Quotas(0.1, 10)
    assert registry.get("/v1/revisions/latest").status_code == 200
    refused = registry.get("/v1/revisions/latest")
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    assert registry.get("/v1/revisions/latest", by="auditor").status_code == 200


def test_a_job_that_kills_its_worker_ends_as_failed(registry: Registry) -> None:  # noqa: F811
    with registry.database.transaction() as connection:
        job_id = jobs.enqueue(connection, "deadly", {}, by="somebody", now=NOW)
    ran = []

    def die(_: object) -> None:
        ran.append(1)
        raise KeyboardInterrupt  # the process ends: nothing after the claim is recorded

    runner = JobRunner(registry.database, {"deadly": die})
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            runner.step()
        with registry.database.transaction() as connection:
            connection.execute(text("UPDATE jobs SET lease_until = now() - interval '1 second'"))
    assert runner.step() and not runner.step()
    with registry.database.reading() as connection:
        assert jobs.get(connection, job_id, "deadly").state == "failed"
    assert len(ran) == MAX_ATTEMPTS


def test_what_people_wait_for_comes_before_simulations(registry: Registry) -> None:  # noqa: F811
    with registry.database.transaction() as connection:
        for kind in (*("simulation",) * 60, "evaluation"):
            jobs.enqueue(connection, kind, {}, by="somebody", now=NOW, most=None)
    ran: list[str] = []

    def run(kind: str) -> object:
        def handle(job: object) -> None:
            ran.append(kind)
            with registry.database.transaction() as connection:
                job.succeed(connection, {})  # type: ignore[attr-defined]

        return handle

    runner = JobRunner(registry.database, {kind: run(kind) for kind in ("evaluation", "simulation")})  # type: ignore[misc]
    assert runner.step() and runner.step()
    assert ran == ["evaluation", "simulation"]


def test_nobody_waits_for_the_whole_queue_of_another(registry: Registry) -> None:  # noqa: F811
    senders = ["greedy"] * 4 + ["one", "two"]
    for sender in senders:
        with registry.database.transaction() as connection:
            jobs.enqueue(connection, "import", {}, by=sender, now=NOW)

    def next_of() -> str:
        with registry.database.transaction() as connection:
            claimed = jobs.claim(connection, ["import"])
            assert claimed is not None
            return str(claimed.created_by)

    assert [next_of() for _ in senders] == ["one", "two", "greedy", "greedy", "greedy", "greedy"]


def test_a_client_may_have_so_many_jobs_of_a_kind_and_no_more(registry: Registry) -> None:  # noqa: F811
    with registry.database.transaction() as connection:
        for number in range(jobs.MAX_OPEN):
            jobs.enqueue(connection, f"kind:{number}" if number % 2 else "kind", {}, by="greedy", now=NOW)
        with pytest.raises(TooManyRequests) as refused:
            jobs.enqueue(connection, "kind", {}, by="greedy", now=NOW)
        assert refused.value.retry_after_seconds == 60
        ended = jobs.claim(connection, ["kind"])
        assert ended is not None
        jobs.succeed(connection, ended.id, {})
        for kind, by in (("kind", "another"), ("other", "greedy"), ("kind", "greedy")):
            jobs.enqueue(connection, kind, {}, by=by, now=NOW)


def test_a_flood_of_files_is_answered_with_429_and_another_persons_file_is_taken(
    registry: Registry,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.registry.imports.handlers.MAX_OPEN", 2)

    def send(key: str) -> httpx.Response:
        headers = {"Idempotency-Key": key, "Content-Type": "text/csv"}
        file, query = b"uscc,year,online_retail_yuan\n", {"dataset": "annual_sales"}
        return registry.request("POST", "/v1/imports", headers=headers, content=file, params=query)

    assert [send(key).status_code for key in "abc"] == [202, 202, 429]
    refused = send("c")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    while registry.runner.step():
        pass
    assert send("c").status_code == 202, "the same key, once there is room"


def test_every_answer_has_its_headers_and_no_link_follows_the_host(registry: Registry) -> None:  # noqa: F811
    for path in ("/v1/revisions/latest", "/healthz", "/v1/nothing", "/docs"):
        headers = registry.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"] == "max-age=31536000"
    for path in ("/", "/docs", "/status", "/v1/revisions/"):
        shown = registry.request("GET", path, headers={"Host": "evil.example"})
        assert "evil.example" not in shown.text + str(shown.headers)
    policy = registry.get("/docs").headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self' 'nonce-" in policy


def test_a_caller_does_not_choose_the_trace_of_its_acts(registry: Registry) -> None:  # noqa: F811
    chosen = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{chosen}-b7ad6b7169203331-01"}
    refused = registry.request("GET", "/v1/enterprises/none", headers=headers)
    assert refused.json()["trace_id"] != chosen


def test_no_service_can_take_the_connections_of_the_others(registry: Registry) -> None:  # noqa: F811
    with registry.database.reading() as connection:
        own = connection.execute(text("SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user")).scalar_one()
        whole = int(connection.execute(text("SHOW max_connections")).scalar_one())
    assert 0 < own * 3 < whole
