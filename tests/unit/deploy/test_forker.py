"""Processes that are forked are what `python -m module` would be, and end with their launcher."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from deploy.local.forker import Forker
from deploy.local.processes import Child, Supervisor

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks on Linux alone")
LAUNCHER = """
import sys, time
from pathlib import Path
from deploy.local.processes import Child, Supervisor
folder = Path(sys.argv[1])
child = Child("child", [sys.executable, "-m", "http.server", "0"], folder / "child.log")
Supervisor(folder).start(child)
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("forked")


@pytest.fixture(scope="module")
def supervisor(folder: Path) -> Iterator[Supervisor]:
    """Forks from one process, which imports everything once; modules in `folder` are found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        supervisor = Supervisor(folder)
        yield supervisor
        supervisor.stop()


def child(folder: Path, *argv: str, **environment: str) -> Child:
    (folder / "told.py").write_text(
        "import os, signal, sys\n"
        "what = sys.argv[1]\n"
        "print(__name__, sys.argv[1:], os.environ.get('GIVEN'), os.getsid(0) == os.getpid())\n"
        "if what == 'text': sys.exit('a reason')\n"
        "if what == 'killed': os.kill(os.getpid(), signal.SIGKILL)\n"
        "if what == 'raises': raise ValueError('a fault')\n"
        "if what == 'modules': print([name for name in sys.modules if name.startswith(('services', 'shared'))])\n"
        "sys.exit(int(what) if what.isdigit() else 0)\n"
    )
    return Child("told", [sys.executable, "-m", *argv], folder / f"{'-'.join(argv)}.log", environment)


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("told", "0"), 0, "__main__ ['0'] something True"),
        (("told", "7"), 7, "__main__ ['7'] something True"),
        (("told", "text"), 1, "a reason"),
        (("told", "raises"), 1, "ValueError: a fault"),
        (("told", "killed"), -signal.SIGKILL, ""),
        (("told", "modules"), 0, "[]"),
        (("no_such_module",), 1, "No module named no_such_module"),
    ],
)
def test_a_module_ends_and_says_what_it_would_by_itself(
    supervisor: Supervisor, folder: Path, argv: Sequence[str], code: int, said: str
) -> None:
    made = child(folder, *argv, GIVEN="something")
    supervisor.start(made)
    assert made.process is not None
    assert made.process.wait(60) == code
    assert not made.alive()
    assert said in made.last_log_line()


def test_a_running_process_stops_at_its_signal(supervisor: Supervisor, folder: Path) -> None:
    made = Child("server", [sys.executable, "-m", "http.server", "0"], folder / "log")
    supervisor.start(made)
    assert made.process is not None
    with pytest.raises(subprocess.TimeoutExpired):
        made.process.wait(0.1)
    made.stop(30)
    assert made.process.returncode == -signal.SIGTERM


def test_another_command_is_not_forked(tmp_path: Path) -> None:
    forker = Forker()
    with (tmp_path / "log").open("wb") as output:
        assert forker.start(["/bin/true"], {}, output, signal.SIGTERM) is None
    forker.stop()


def test_what_was_forked_ends_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LAUNCHER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as launcher:
        assert launcher.stdout is not None
        forked = psutil.Process(int(launcher.stdout.readline()))
        launcher.kill()
    psutil.wait_procs([forked], timeout=30)
    assert not forked.is_running() or forked.status() == psutil.STATUS_ZOMBIE
