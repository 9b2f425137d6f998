"""A fresh eligibility database that knows a book and readings; and a world of eligibility with a registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.eligibility.decisions.domain import INTERPRETATIONS_DOCUMENT, POLICY_DOCUMENT
from services.eligibility.decisions.proposals import store_document
from shared.clock import FixedClock
from shared.database.engine import Database
from shared.web.enterprises import Enterprises
from tests.integration.eligibility.api_driver import MONDAY, Office
from tests.integration.eligibility.harness import Harness
from tests.integration.eligibility.harness import world as open_world
from tests.integration.eligibility.procedure import A, B, C
from tests.integration.eligibility.support import app_of
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens


@pytest.fixture
def database(fresh_database: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    """Knows documents that decisions may refer to."""
    database = fresh_database("eligibility").connect()
    with database.transaction() as connection:
        for kind in (POLICY_DOCUMENT, INTERPRETATIONS_DOCUMENT):
            store_document(connection, kind, kind, b"{}")
    yield database
    database.close()


@pytest.fixture
def world(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> Iterator[Harness]:
    """A registry without a revision, and an eligibility service without a decision."""
    with open_world(fresh_database("registry"), fresh_database("eligibility"), tokens) as opened:
        yield opened


@pytest.fixture
def office(database: Database, tokens: Tokens) -> Office:
    """Officers with notices of five working days, and a registry that knows the payees of `procedure`."""
    clock = FixedClock(MONDAY)
    app = app_of(database, tokens, working_days=5, clock=clock)
    app.state.enterprises = Enterprises({A, B, C}.__contains__)
    return Office(app, database, tokens, clock)
