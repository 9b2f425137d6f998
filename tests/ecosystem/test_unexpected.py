"""The running services do as their documents say, whatever they are asked. The name puts it last: it leaves a mess behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from deploy.checks.clients import SERVICES
from deploy.checks.fuzz import fuzz
from deploy.local.system import LocalSystem


def test_schemathesis_finds_nothing(system: LocalSystem) -> None:
    with ThreadPoolExecutor() as pool:
        found = [pool.submit(fuzz, system, service) for service in SERVICES]
    for each in found:
        each.result()  # raises what was found
