"""A running system and a client for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from deploy.local.demo_client import DemoClient
from deploy.local.processes import free_port
from deploy.local.system import DEFAULT_PORTS, LocalSystem


@contextmanager
def running(
    state: Path, settings: Mapping[str, str] = MappingProxyType({}), *, with_desk: bool = False
) -> Iterator[LocalSystem]:
    """Run an empty system in `state`, on free ports, without public notices, and without the desk unless it is asked for."""
    broker = os.environ.get("LOCAL_BROKER", "auto")
    ports = {name: str(free_port()) for name in DEFAULT_PORTS}
    environment = {"ELIGIBILITY_NOTICE_WORKING_DAYS": "0", "LOCAL_BROKER": broker, **ports, **settings}
    system = LocalSystem(state, environment, durable=False, with_desk=with_desk)
    try:
        system.start()
        yield system
    finally:
        system.stop()


@contextmanager
def demo_client(system: LocalSystem) -> Iterator[DemoClient]:
    """Provide a DemoClient for `system`."""
    demo = DemoClient(
        {name: system.url(name) for name in ("issuer", "registry", "eligibility", "payout")}, system.clients
    )
    try:
        yield demo
    finally:
        demo.close()
