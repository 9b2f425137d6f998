"""Forks Python processes from one that has imported the libraries which all of them use: a second of work less for each.

Runs as a process of its own without threads, and imports nothing of the services: what it forks is what `python -m module`
would be, and each process has the metrics of its own modules alone. What the interpreter itself takes from the environment
(`PYTHONPATH`) is the launcher's. Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Mapping, Sequence
from typing import IO, Any

import orjson

LIBRARIES = (
    "adbc_driver_postgresql.dbapi", "alembic.config", "authlib.integrations.httpx_client", "babel.dates",
    "cachetools", "docxtpl", "fastapi", "fastapi.openapi.utils", "fastapi_swagger", "jinja2.sandbox", "joserfc.jwk",
    "kafka.admin", "lxml.etree", "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.sdk.trace.export", "polars", "psycopg", "psycopg.types.json", "pyarrow.parquet",
    "pydantic_settings", "python_calamine", "rich.console", "sqlalchemy.dialects.postgresql.psycopg", "stamina",
    "stdnum.cn", "structlog", "typer", "uvicorn.protocols.http.h11_impl", "xlsxwriter", "yaml",
)  # fmt: skip
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
_MOST_BYTES = 1 << 20
_STATUS_BYTES = 8


class ForkedProcess:
    """A process that a forker has made, with the members of `subprocess.Popen` that launchers use."""

    def __init__(self, pid: int, status: socket.socket) -> None:
        """Follow process `pid`, whose exit code `status` will give."""
        self.pid = pid
        self.returncode: int | None = None
        self._status = status
        self._reading = threading.Lock()

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while the process runs."""
        return self._read(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit code; raises subprocess.TimeoutExpired after `timeout` seconds."""
        code = self._read(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def _read(self, timeout: float | None) -> int | None:
        with self._reading:
            if self.returncode is None:
                self._status.settimeout(timeout)
                try:
                    self.returncode = _number(self._status.recv(_STATUS_BYTES))
                except (BlockingIOError, TimeoutError):
                    return None
                self._status.close()
            return self.returncode


class Forker:
    """Starts processes by forking them from one process that is started for the first of them."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(
        self, command: Sequence[str], environment: Mapping[str, str], output: IO[bytes], stop_signal: int
    ) -> ForkedProcess | None:
        """Start `python -m module …` in its own session; None for another command, and where there is no forking.

        Its output goes to `output`. It gets `stop_signal` when the launcher ends, however that ends.
        """
        if tuple(command[:2]) != (sys.executable, "-m") or not sys.platform.startswith("linux"):
            return None
        if self._control is None or self._process is None or self._process.poll() is not None:
            self._start()
        assert self._control is not None
        mine, theirs = socket.socketpair()
        asked = {"argv": command[2:], "environment": environment, "stop_signal": stop_signal}
        with theirs:
            socket.send_fds(self._control, [orjson.dumps(asked)], [theirs.fileno(), output.fileno()])
        return ForkedProcess(_number(mine.recv(_STATUS_BYTES)), mine)

    def stop(self) -> None:
        """End the forker; what it has forked and still runs is asked to stop."""
        if self._process is not None and self._control is not None:
            self._control.close()
            self._process.wait()
        self._process = self._control = None

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __spec__.name], stdin=theirs.fileno(), start_new_session=True
            )


def _number(sent: bytes) -> int:
    """Return a number that was sent; that of a forker which has ended is that of a killed process."""
    return int.from_bytes(sent, "big", signed=True) if sent else -signal.SIGKILL


def _bytes(number: int) -> bytes:
    return number.to_bytes(_STATUS_BYTES, "big", signed=True)


def end_with_parent(number: int) -> None:
    """Have the system send this process signal `number` when its parent ends, however that ends; on Linux alone."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)


def serve(control: socket.socket) -> list[str]:
    """Fork what is asked for until the launcher ends; returns no arguments then, and in each forked process its own."""
    importlib.import_module("authlib.deprecate")  # it asks for its warnings always: before all are ignored
    with warnings.catch_warnings(action="ignore"):  # each process warns of its own
        for library in LIBRARIES:
            importlib.import_module(library)
    gc.freeze()  # pages that no collection writes to stay shared
    woken, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([control.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, _MOST_BYTES)
            _report_ended(running)
        if control.fileno() in ready:
            message, descriptors, _, _ = socket.recv_fds(control, _MOST_BYTES, 2)
            if not message:
                return []
            status, output = descriptors
            pid = os.fork()
            if pid == 0:
                for each in (wakes, woken, status, *(other.detach() for other in running.values())):
                    os.close(each)
                return _become(orjson.loads(message), output)
            os.close(output)
            running[pid] = socket.socket(fileno=status)
            running[pid].send(_bytes(pid))


def _report_ended(running: dict[int, socket.socket]) -> None:
    """Tell the launcher the exit codes of the processes that have ended."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with running.pop(pid) as told, contextlib.suppress(OSError):  # the launcher may have ended
            told.send(_bytes(os.waitstatus_to_exitcode(status)))


def _become(asked: dict[str, Any], output: int) -> list[str]:
    """Make this forked process one that the launcher could have started; returns its arguments."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    end_with_parent(asked["stop_signal"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    os.environ.clear()
    os.environ.update(asked["environment"])
    tempfile.tempdir = None  # it follows the environment
    module: str = asked["argv"][0]
    ctypes.CDLL(None).prctl(_PR_SET_NAME, module.removeprefix("services.").encode())  # what `top` shows
    return list(asked["argv"])


if __name__ == "__main__":
    arguments = serve(socket.socket(fileno=0))
    if arguments:
        sys.argv = arguments
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
