"""What `make dev` restarts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.dev import ROOT, affected
from deploy.local.processes import Child, Supervisor


@pytest.mark.parametrize(
    ("files", "services"),
    [
        (["services/payout/split/domain.py"], {"payout"}),
        (["services/payout/app.py", "services/registry/app.py"], {"payout", "registry"}),
        (["shared/clock.py"], {"registry", "eligibility", "payout"}),
        (["services/cli.py"], set()),
        ([], set()),
    ],
)
def test_the_services_that_run_a_file(files: list[str], services: set[str]) -> None:
    assert affected(str(ROOT / file) for file in files) == services


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """Two processes that run until they are stopped, and one that ends at once."""
    supervisor = Supervisor(tmp_path)
    for name, code in {"payout-app": "sleep(60)", "payout-relay": "sleep(60)", "registry-app": "sleep(0)"}.items():
        command = [sys.executable, "-c", f"from time import sleep; {code}"]
        supervisor.start(Child(name, command, tmp_path / f"{name}.log"))
    yield supervisor
    supervisor.stop()


def test_named_processes_are_restarted_and_the_others_left_alone(supervisor: Supervisor) -> None:
    before = {child.name: child.process for child in supervisor._children}
    supervisor.restart(("payout-",))
    after = {child.name: child.process for child in supervisor._children}
    assert [name for name in before if before[name] is after[name]] == ["registry-app"]
    assert all(before[name].returncode for name in ("payout-app", "payout-relay"))  # type: ignore[union-attr]


def test_servers_are_stopped_after_the_others_which_are_stopped_at_once(tmp_path: Path) -> None:
    """The two that use the server each end only once the other was told to."""
    supervisor, told = Supervisor(tmp_path), tmp_path / "told"
    told.mkdir()
    code = """
import pathlib, signal, sys, time
told, name, needed = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
def stop(*_):
    (told / name).touch()
    while len(list(told.glob("user-*"))) < needed:
        time.sleep(0.01)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
(told.parent / f"{name} runs").touch()
while True:
    time.sleep(1)
"""
    for name in ("server", "user-1", "user-2"):
        command = [sys.executable, "-c", code, str(told), name, "2"]
        supervisor.start(Child(name, command, tmp_path / f"{name}.log", server=name == "server"))
    children = list(supervisor._children)
    while len(list(tmp_path.glob("* runs"))) < len(children):
        assert supervisor.ended() == []
    supervisor.stop()
    assert [child.process.returncode for child in children if child.process] == [0, 0, 0]
    when = {file.name: file.stat().st_mtime_ns for file in told.iterdir()}
    assert when["server"] > max(when["user-1"], when["user-2"])


def test_a_process_that_ended_is_named(supervisor: Supervisor) -> None:
    [ended] = [child for child in supervisor._children if child.name == "registry-app"]
    assert ended.process is not None
    ended.process.wait()
    assert supervisor.ended() == [ended]
