"""A world for tests of eligibility with a registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.integration.eligibility.world import World
from tests.integration.eligibility.world import world as open_world
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens


@pytest.fixture
def world(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> Iterator[World]:
    """A registry without a revision, and an eligibility service without a decision."""
    with open_world(fresh_database("registry"), fresh_database("eligibility"), tokens) as opened:
        yield opened
