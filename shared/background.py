"""Long-running work beside the API: named loops, each in a thread, until the process is asked to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from shared.observability import metrics

MAX_PAUSE_SECONDS = 15.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class LoopHealth:
    """Consecutive failures of a loop, the type of the last error, and when it last succeeded and failed (monotonic)."""

    failures: int = 0
    error: str | None = None
    succeeded: float | None = None
    failed: float | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """A step that is repeated: at once while it finds work, after `idle_seconds` when it found none.

    A step that raises is repeated after a growing pause; only what it did not commit is undone.
    """

    name: str
    step: Callable[[], bool]
    idle_seconds: float = 0.2
    close: Callable[[], None] = lambda: None
    health: LoopHealth = field(default_factory=LoopHealth)

    def run(self, stopping: threading.Event) -> None:
        """Repeat the step until `stopping` is set, then close."""
        health = self.health
        metrics.LOOP_CONSECUTIVE_FAILURES.labels(loop=self.name).set(0)
        while not stopping.is_set():
            try:
                worked = self.step()
            except Exception as error:  # noqa: BLE001 - the loop continues after any error of a step
                health.error, health.failed = type(error).__name__, time.monotonic()
                health.failures += 1
                metrics.LOOP_FAILURES.labels(loop=self.name).inc()
                metrics.LOOP_CONSECUTIVE_FAILURES.labels(loop=self.name).set(health.failures)
                log.error("loop.failed", loop=self.name, failures=health.failures, error=health.error, exc_info=error)
                stopping.wait(min(0.2 * 2 ** min(health.failures, 10), MAX_PAUSE_SECONDS))
                continue
            if health.failures:
                metrics.LOOP_CONSECUTIVE_FAILURES.labels(loop=self.name).set(0)
            health.failures, health.succeeded = 0, time.monotonic()
            metrics.LOOP_SUCCEEDED.labels(loop=self.name).set_to_current_time()
            if not worked:
                stopping.wait(self.idle_seconds)
        self.close()


def run(loops: Sequence[Loop]) -> None:
    """Run `loops` until SIGTERM or SIGINT; steps in progress are finished first."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threads = [threading.Thread(target=loop.run, args=(stopping,), name=loop.name) for loop in loops]
    for thread in threads:
        thread.start()
    log.info("worker.started", loops=[loop.name for loop in loops])
    while not stopping.wait(1.0):
        pass
    for thread in threads:
        thread.join()
    log.info("worker.stopped")
