"""An app served on a port with its worker, and tokens for a command line."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from shared.jobs.runner import JobRunner
from tests.support.tokens import Tokens


@contextmanager
def served(app: FastAPI, runner: JobRunner) -> Iterator[str]:
    """Serve `app` on a free port and run its jobs; yields its URL."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    stopping = threading.Event()

    def work() -> None:
        while not stopping.wait(0.05):
            runner.step()

    threads = [threading.Thread(target=target) for target in (server.run, work)]
    for thread in threads:
        thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        stopping.set()
        server.should_exit = True
        for thread in threads:
            thread.join()


def credentials(tokens: Tokens) -> type[httpx.Auth]:
    """Return a replacement of `shared.cli.ClientCredentials` that makes tokens without an issuer."""

    class Bearer(httpx.Auth):
        def __init__(self, _: str, client: str, __: str) -> None:
            self._client = client

        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            request.headers.update(tokens.headers(self._client))
            yield request

    return Bearer
