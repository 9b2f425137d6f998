"""The documents satisfy a linter that others use, and the running services do as the documents say."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy.ecosystem import tools
from deploy.ecosystem.clients import API, SERVICES
from deploy.ecosystem.fuzz import fuzz, own_system
from deploy.local.system import LocalSystem


def test_spectral_finds_nothing() -> None:
    documents = sorted(API.glob("*.openapi.json"))
    assert len(documents) == len(SERVICES)
    rules = tools.HERE / "spectral.yaml"
    tools.run([*tools.node_tool("spectral"), "lint", *documents, "--ruleset", rules, "--fail-severity", "hint"])


@pytest.fixture
def other_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSystem]:
    """A system of its own: what is done to it must not be seen by other tests."""
    with own_system(tmp_path_factory.mktemp("fuzzed")) as system:
        yield system


def test_schemathesis_finds_nothing(other_system: LocalSystem) -> None:
    with ThreadPoolExecutor() as pool:
        found = [pool.submit(fuzz, other_system, service) for service in SERVICES]
        assert [failed for each in found if (failed := each.exception())] == []
