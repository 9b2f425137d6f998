"""One running system for all of these tests. What the machine lacks is skipped, and the reason printed at the end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser

from deploy.checks.tools import MissingToolError
from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient
from deploy.local.system import LocalSystem
from shared.clock import SystemClock, calendar_date
from tests.support.browser import Visitor, chromium, signed_in
from tests.support.running import demo_client, running

DECIDED_USCC = "91331100MA2000061E"
"""The enterprise whose award `decide` decides."""


def _skip_without_tool() -> Generator[None, object, object]:
    try:
        return (yield)
    except MissingToolError as reason:
        pytest.skip(str(reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Skip a test whose fixture asks for a tool that is not to be had."""
    return (yield from _skip_without_tool())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Skip a test that asks for such a tool itself."""
    return (yield from _skip_without_tool())


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    """The whole system, empty at first; tests share it."""
    with running(tmp_path_factory.mktemp("system"), with_desk=True) as system:
        yield system


@pytest.fixture(scope="session")
def urls(system: LocalSystem) -> dict[str, str]:
    """Base URLs of the services and of the issuer, by name."""
    return {name: system.url(name) for name in ("issuer", "registry", "eligibility", "payout", "desk")}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser for all tests."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def sign_in(browser: Browser, urls: dict[str, str]) -> Callable[[str], Visitor]:
    """Sign in at the desk as a person, or as an enterprise by its code; each has one browser for all tests."""
    return cache(lambda person: signed_in(browser, urls["desk"], person))


@pytest.fixture(scope="session")
def demo(system: LocalSystem) -> Iterator[DemoClient]:
    """Steps of the main job on the running system, by the demonstration's clients."""
    with demo_client(system) as demo:
        yield demo


@pytest.fixture(scope="session")
def decided(demo: DemoClient) -> DemoClient:
    """The system with one award decided, and ordered but for what the budgets lack."""
    return decide(demo)


def decide(demo: DemoClient) -> DemoClient:
    """Import the facts of one enterprise, decide its award and give the budgets a part of it."""
    uscc, today = DECIDED_USCC, calendar_date(SystemClock().now())
    rows: dict[str, dict[str, Any]] = {
        "enterprises": {"uscc": uscc, "name": "丽水样例", "legal_form": "enterprise", "registered_on": "2015-06-01"},
        "locations": {"uscc": uscc, "since": "2015-06-01", "jurisdiction": "liandu"},
        "courier_years": {
            "uscc": uscc,
            "year": 2023,
            "parcels": 4_000_000,
            "operating_days": 365,
            "rent_fen": 48_000_000,
        },
    }
    for dataset, row in rows.items():
        demo.post("data-platform", f"registry:/v1/datasets/{dataset}/records", row)
    if not demo.get("auditor", "payout:/v1/arrangements")["items"]:
        demo.arrange(SAMPLE_ARRANGEMENT)
    demo.appropriate("city", today.year, 100_000_000, "sample")
    evaluation = demo.evaluate([2023], today.isoformat())
    demo.approve(evaluation["id"], "seen")
    return demo
