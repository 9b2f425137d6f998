"""One running system, with tracing, for all journeys: they share a worker (see `tests/conftest.py`) and go in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.demo_client import DemoClient
from deploy.local.system import LocalSystem
from tests.support.collector import Collector, collecting
from tests.support.running import demo_client, running


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Takes the spans of all processes."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the running system."""
    return tmp_path_factory.mktemp("journey")


@pytest.fixture(scope="session")
def system(state: Path, collector: Collector) -> Iterator[LocalSystem]:
    """The running system. Evaluations of more than one enterprise travel in pieces; corrections rest a second."""
    settings = {
        "ELIGIBILITY_PARTITION_ENTERPRISES": "1",
        "ELIGIBILITY_REEVALUATION_QUIET_SECONDS": "1",
        "LOG_LEVEL": "DEBUG",
        "DRAIN_SECONDS": "2",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    with running(state, settings) as system:
        yield system


@pytest.fixture(scope="session")
def demo(system: LocalSystem) -> Iterator[DemoClient]:
    """The persons and services that use the system."""
    with demo_client(system) as demo:
        yield demo
