"""Child processes: each has a log file, is restarted when it ends, and ends with its parent, however that ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from deploy.local.forker import ForkedProcess, Forker, end_with_parent
from shared.i18n import default_language, translate

_MAX_RESTARTS = 5
_RESTART_WINDOW_SECONDS = 60.0
_PATIENCE_SECONDS = 15.0


class CannotStartError(RuntimeError):
    """The system cannot start or continue; the text says what to change, in the language of the installation."""

    def __init__(self, message: str, **parameters: object) -> None:
        """Say `message`, whose placeholders `parameters` fill."""
        super().__init__(translate(message, default_language(), parameters))


@dataclass
class Child:
    """A process that the launcher starts. `user` is the system user to run it as if the launcher is root.

    The others need a `server`: it is stopped after them.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    user: str | None = None
    server: bool = False
    restarted: list[float] = field(default_factory=list)
    forker: Forker | None = None
    process: subprocess.Popen[bytes] | ForkedProcess | None = None

    def start(self) -> None:
        """Start the process in its own session, by its forker if that can; its output is appended to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **self.environment}
        with self.log.open("ab") as output:
            forked = self.forker and self.forker.start(self.command, environment, output, self.stop_signal)
            self.process = forked or subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                user=self.user,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, self.stop_signal),  # noqa: PLW1509 - the launcher has no other threads
            )

    def alive(self) -> bool:
        """Return whether the process is running."""
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the process its signal to stop, if it is running."""
        if self.process is not None and self.alive():
            self.process.send_signal(self.stop_signal)

    def wait(self, patience_seconds: float) -> None:
        """Wait until the process has ended, and kill it if it is still running after `patience_seconds`."""
        if self.process is None:
            return
        try:
            self.process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def stop(self, patience_seconds: float) -> None:
        """Ask the process to stop, and kill it if it is still running after `patience_seconds`."""
        self.ask_to_stop()
        self.wait(patience_seconds)

    def last_log_line(self) -> str:
        """Return the last line of the log."""
        try:
            lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1][:300] if lines else ""


class Supervisor:
    """Starts children in order, restarts those that end, and stops them all at once, but servers after the others."""

    def __init__(self, state: Path) -> None:
        """Record the running children in `state`, so that those of a killed launcher are found."""
        self._record = state / "processes"
        self._children: list[Child] = []
        self._forker = Forker()

    def end_leftovers(self) -> None:
        """Stop the children of an earlier launcher on the same state that was killed."""
        if not self._record.exists():
            return
        for line in self._record.read_text().splitlines():
            pid, _, created = line.partition(" ")
            try:
                process = psutil.Process(int(pid))
                if f"{process.create_time():.2f}" == created:
                    process.terminate()
                    process.wait(10)
            except psutil.NoSuchProcess:
                continue
            except psutil.TimeoutExpired:
                process.kill()
        self._record.unlink()

    def start(self, child: Child) -> None:
        """Start and record `child`; a Python module is forked."""
        child.forker = self._forker
        child.start()
        if child not in self._children:
            self._children.append(child)
        self._write_record()

    def watch(self) -> None:
        """Restart children that have ended; raises CannotStartError for one that ends again and again."""
        for child in self._children:
            if child.alive():
                continue
            now = time.monotonic()
            child.restarted = [at for at in child.restarted if now - at < _RESTART_WINDOW_SECONDS] + [now]
            if len(child.restarted) > _MAX_RESTARTS:
                raise CannotStartError(
                    "{process} ended repeatedly: {line} (see {log})",
                    process=child.name,
                    line=child.last_log_line(),
                    log=str(child.log),
                )
            said = translate(
                "{process} ended and is restarted; see {log}",
                default_language(),
                {"process": child.name, "log": str(child.log)},
            )
            print(said, file=sys.stderr, flush=True)
            self.start(child)

    def ended(self) -> list[Child]:
        """Return the children that have ended by themselves."""
        return [child for child in self._children if not child.alive()]

    def restart(self, prefixes: tuple[str, ...]) -> None:
        """Stop the children whose names begin with one of `prefixes`, all at once, and start them again."""
        children = [child for child in self._children if child.name.startswith(prefixes)]
        _stop(children)
        for child in children:
            self.start(child)

    def stop(self) -> None:
        """Stop all children at once, but servers after the others."""
        _stop([child for child in self._children if not child.server])
        _stop([child for child in self._children if child.server])
        self._forker.stop()
        if self._children:
            self._record.unlink(missing_ok=True)
        self._children.clear()

    def _write_record(self) -> None:
        lines = []
        for child in self._children:
            if child.process is not None and child.alive():
                try:
                    lines.append(f"{child.process.pid} {psutil.Process(child.process.pid).create_time():.2f}\n")
                except psutil.NoSuchProcess:
                    continue
        self._record.write_text("".join(lines))


def _stop(children: Sequence[Child]) -> None:
    """Ask all `children` to stop, and then wait for each."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait(_PATIENCE_SECONDS)


def free_port() -> int:
    """Return a free TCP port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_port(port: int, setting: str) -> None:
    """Raise CannotStartError if `port` is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStartError(
                "Port {port} is in use: stop the process that uses it, or set {setting} to another port.",
                port=port,
                setting=setting,
            ) from error


def wait_until(check: Callable[[], bool], child: Child, patience_seconds: float, hint: str) -> None:
    """Wait until `check` is true; raises CannotStartError with `hint` if `child` ends or the time is over."""
    deadline = time.monotonic() + patience_seconds
    while not check():
        if not child.alive():
            raise CannotStartError(
                "{process} ended while starting: {line} {hint} (log: {log})",
                process=child.name,
                line=child.last_log_line(),
                hint=hint,
                log=str(child.log),
            )
        if time.monotonic() > deadline:
            raise CannotStartError(
                "{process} was not ready after {seconds} s: {hint} (log: {log})",
                process=child.name,
                seconds=round(patience_seconds),
                hint=hint,
                log=str(child.log),
            )
        time.sleep(0.05)
