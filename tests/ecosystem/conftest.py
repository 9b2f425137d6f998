"""One running system for all of these tests. What the machine lacks is skipped, and the reason printed at the end."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest

from deploy.ecosystem.tools import MissingToolError
from deploy.local.processes import free_port
from deploy.local.story import Story
from deploy.local.system import DEFAULT_PORTS, LocalSystem


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
    """The whole system on free ports, empty at first, its decisions without a public notice; tests share it."""
    ports = {name: str(free_port()) for name in DEFAULT_PORTS}
    broker = os.environ.get("LOCAL_BROKER", "auto")
    settings = {"ELIGIBILITY_NOTICE_WORKING_DAYS": "0", "LOCAL_BROKER": broker, **ports}
    system = LocalSystem(tmp_path_factory.mktemp("system"), settings, durable=False)
    try:
        system.start()
        yield system
    finally:
        system.stop()


@pytest.fixture(scope="session")
def urls(system: LocalSystem) -> dict[str, str]:
    """Base URLs of the services and of the issuer, by name."""
    return {name: system.url(name) for name in ("issuer", "registry", "eligibility", "payout")}


@pytest.fixture(scope="session")
def story(system: LocalSystem, urls: dict[str, str]) -> Iterator[Story]:
    """Steps of the main job on the running system, by the demonstration's clients."""
    story = Story(urls, system.clients)
    yield story
    story.close()
