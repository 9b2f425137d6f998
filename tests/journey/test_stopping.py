"""An orderly end. The last of the journeys: nothing runs after it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from deploy.local.system import LocalSystem
from tests.support.steps import until


def test_told_to_stop_every_process_finishes_what_it_has_in_hand(system: LocalSystem, state: Path) -> None:
    children = {child.name: child for child in system.supervisor._children if child.name.count("-") == 1}
    assert len(children) == 9
    url = f"{system.url('registry')}/readyz"
    ready, started = httpx.get(url).status_code, threading.Event()
    answered: list[int] = []

    def slowly() -> Iterator[bytes]:
        yield b"uscc,name,"
        started.set()
        time.sleep(3)
        yield b"legal_form,registered_on\n"

    def upload(token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
        path = f"{system.url('registry')}/v1/imports?dataset=enterprises&mode=all_or_nothing"
        answered.append(httpx.post(path, content=slowly(), headers=headers, timeout=30).status_code)

    client = ("data-platform", system.clients["data-platform"])
    token = httpx.post(f"{system.url('issuer')}/oauth/token", data={"grant_type": "client_credentials"}, auth=client)
    thread = threading.Thread(target=upload, args=(token.json()["access_token"],))
    thread.start()
    started.wait()
    for child in children.values():
        assert child.process is not None
        child.process.send_signal(signal.SIGTERM)
    draining = until(lambda: httpx.get(url).status_code != ready and httpx.get(url).status_code, 2)
    assert (ready, draining) == (200, 503)
    thread.join()
    assert answered == [202], "the request in hand was answered though the app had been told to stop"
    ends = {name: child.process.wait(60) for name, child in children.items() if child.process is not None}
    assert ends == dict.fromkeys(children, 0)
    for name in children:
        last = (state / "logs" / f"{name}.log").read_text("utf-8").splitlines()[-3:]
        assert any('"event":"app.stopped"' in line or '"event":"worker.stopped"' in line for line in last), last
