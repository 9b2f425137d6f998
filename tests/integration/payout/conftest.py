"""Fixtures of payout's integration tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.integration.payout.support import Payout
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens


@pytest.fixture
def payout(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> Iterator[Payout]:
    """Payout around a fresh database."""
    database = fresh_database("payout").connect()
    yield Payout(database, tokens)
    database.close()
