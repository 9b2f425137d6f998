"""Fixtures of payout's integration tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.integration.payout.support import Payout
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens


@pytest.fixture
def payout(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> Iterator[Payout]:
    """Payout around a fresh database, whose books are reconciled after the test."""
    fresh = fresh_database("payout")
    database = fresh.connect()
    payout = Payout(database, tokens, fresh.owner_url)
    yield payout
    payout.reconcile()
    database.close()
