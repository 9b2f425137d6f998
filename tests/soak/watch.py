"""What is measured of a running system: memory and files of each process, connections, what waits, bytes for each case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.demo_client import DemoClient
from deploy.local.system import SERVICES, LocalSystem
from tests.soak.growth import MIB, Allowance, Series

MEMORY = Allowance(0.05, 8 * MIB)
"""Of private memory: a twentieth, and what an allocator keeps back."""
OWN_LIMIT = ("broker", "PostgreSQL")
"""Processes whose memory grows into a configured limit (heap, shared buffers): it is shown, and only the limit judged."""
WITHIN_LIMIT = Allowance(0, 1_024 * MIB)
FILES, CONNECTIONS, WAITING = Allowance(0.1, 4), Allowance(0.1, 3), Allowance(0.1, 50)
BYTES = Allowance(0.25, 0)
"""Of bytes for each case: tables and logs grow with cases, but not with time; tables do so by many blocks at once."""


class Watch:
    """Measures one system, all values at each `measure`."""

    def __init__(self, system: LocalSystem, demo: DemoClient) -> None:
        self._system, self._auth = system, demo._credentials("ops")
        self._http = httpx.Client(timeout=10.0)
        self._at_first: dict[str, float] = {}
        self.series: dict[str, Series] = {}

    def measure(self, second: float, cases: int) -> None:
        """Add a sample of everything, `cases` having been paid until now."""
        for name, unit, allowance, value in (*self._processes(), *self._connections(), *self._waiting()):
            self._add(second, name, unit, allowance, value)
        for name, size in self._sizes():
            grown = size - self._at_first.setdefault(name, size)
            if cases:
                self._add(second, f"{name} for each case", "B", BYTES, grown / cases)

    def _add(self, second: float, name: str, unit: str, allowance: Allowance, value: float) -> None:
        self.series.setdefault(name, Series(name, unit, allowance)).samples.append((second, value))

    def _processes(self) -> Iterator[tuple[str, str, Allowance, float]]:
        for child in self._system.supervisor._children:
            assert child.process is not None
            root = psutil.Process(child.process.pid)
            whole = [root, *root.children(recursive=True)]
            bounded = child.name in OWN_LIMIT
            memory = sum(_private_bytes(each) for each in whole)
            yield f"{child.name}: memory", "B", WITHIN_LIMIT if bounded else MEMORY, memory
            if not bounded:
                yield f"{child.name}: open files", "", FILES, float(root.num_fds())
                yield f"{child.name}: threads", "", FILES, float(root.num_threads())

    def _connections(self) -> Iterator[tuple[str, str, Allowance, float]]:
        for service in SERVICES:
            with psycopg.connect(self._system.settings[f"{service.upper()}_OWNER_DATABASE_URL"]) as connection:
                query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                row = connection.execute(query).fetchone()
                assert row is not None
                yield f"{service}: database connections", "", CONNECTIONS, float(row[0])

    def _waiting(self) -> Iterator[tuple[str, str, Allowance, float]]:
        """Yield what is not yet published or consumed: a steady load leaves it near nothing."""
        for service in SERVICES:
            answer = self._http.get(f"{self._system.url(service)}/metrics", auth=self._auth)
            for family in text_string_to_metric_families(answer.text):
                if family.name in ("outbox_pending_events", "consumer_lag_messages"):
                    yield f"{service}: {family.name}", "", WAITING, sum(each.value for each in family.samples)

    def _sizes(self) -> Iterator[tuple[str, float]]:
        for service in SERVICES:
            with psycopg.connect(self._system.settings[f"{service.upper()}_OWNER_DATABASE_URL"]) as connection:
                row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
                assert row is not None
                yield f"{service}: database", float(row[0])
        yield "logs", _bytes_in(self._system.state / "logs")


def _private_bytes(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().uss)
    except psutil.NoSuchProcess:
        return 0.0


def _bytes_in(folder: Path) -> float:
    return float(sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()))
