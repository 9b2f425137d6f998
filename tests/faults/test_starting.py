"""Starting: what is wrong is said in one sentence and nothing is left running; a killed system goes on where it was."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil
import pytest

from deploy.local import serve
from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient
from deploy.local.processes import free_port
from deploy.local.system import DEFAULT_PORTS
from tests.support.steps import COURIER, decide, live_orders, record, until

Serve = Callable[[dict[str, str]], tuple[int, str]]
"""Serves with these settings: the exit code and what is said of it."""
SERVE = [sys.executable, "-m", "deploy.local.serve"]


def environment(state: Path, **settings: str) -> dict[str, str]:
    ports = {name: str(free_port()) for name in DEFAULT_PORTS}
    common = {"STATE_DIR": str(state), "LOCAL_BROKER": "mesh", "ELIGIBILITY_NOTICE_WORKING_DAYS": "0"}
    return {**os.environ, **common, **ports, **settings}


def refused(settings: dict[str, str], serve_with: Serve) -> str:
    code, said = serve_with(settings)
    assert code == 1
    state = settings["STATE_DIR"]
    left = [p.pid for p in psutil.process_iter(["cmdline"]) if state in " ".join(p.info["cmdline"] or [])]
    assert left == [], "something was left running"
    [sentence] = said.strip().splitlines()
    return sentence


def by_itself(settings: dict[str, str]) -> tuple[int, str]:
    ended = subprocess.run(SERVE, env=settings, capture_output=True, text=True, timeout=120, check=False)
    return ended.returncode, ended.stderr


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Serve]:
    """Serves in this process: the imports of one of its own take longer than all that it does before it refuses."""

    def serve_here(settings: dict[str, str]) -> tuple[int, str]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return serve.main(), capsys.readouterr().err

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield serve_here
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} is in use" in refused(environment(tmp_path, PAYOUT_PORT=str(port)), by_itself)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"REGISTRY_PORT": "eighty"}, "REGISTRY_PORT must be a port"),
        ({"LOCAL_BROKER": "rabbit"}, "LOCAL_BROKER must be one of"),
        ({"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, "The broker at 127.0.0.1:1 does not answer"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/postgres"}, "The databases cannot be created"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, settings: dict[str, str], sentence: str, in_process: Serve) -> None:
    assert sentence in refused(environment(tmp_path / "state", **settings), in_process)


def test_a_state_folder_that_cannot_be_written_is_named(tmp_path: Path, in_process: Serve) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert f"The state folder {file} cannot be written" in refused(environment(file), in_process)


@contextmanager
def serving(settings: dict[str, str], log: IO[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(SERVE, env=settings, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line == "ready\n":
                break
        else:
            raise AssertionError("it ended before it was ready")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()


def story_of(settings: dict[str, str]) -> DemoClient:
    services = ("issuer", "registry", "eligibility", "payout")
    urls = {service: f"http://127.0.0.1:{settings[f'{service.upper()}_PORT']}" for service in services}
    return DemoClient(urls, json.loads((Path(settings["STATE_DIR"]) / "clients.json").read_text()))


def test_a_killed_system_goes_on_although_its_broker_lost_the_log(tmp_path: Path) -> None:
    settings = environment(tmp_path / "state")
    with (tmp_path / "log").open("w") as log:
        with serving(settings, log) as process:
            demo = story_of(settings)
            record(demo, "enterprises", uscc=COURIER, name="丽水甲快递有限公司", legal_form="enterprise",
                   registered_on="2015-05-05")  # fmt: skip
            record(demo, "locations", uscc=COURIER, since="2015-05-05", jurisdiction="liandu", until=None)
            record(demo, "courier_years", uscc=COURIER, year=2023, parcels=4_000_000, operating_days=365,
                   rent_fen=20_000_000)  # fmt: skip
            demo.arrange(SAMPLE_ARRANGEMENT)
            evaluation = decide(demo)
            demo.close()
            process.kill()
            process.wait()
            time.sleep(1)
        with serving(settings, log):
            demo = story_of(settings)
            [decision] = demo.decisions(evaluation_id=evaluation["id"])
            assert decision["state"] == "approved"
            award = decision["award_id"]
            until(lambda: live_orders(demo, award) == [("city", 3_000_000), ("liandu", 3_000_000)], 90)
            demo.close()
