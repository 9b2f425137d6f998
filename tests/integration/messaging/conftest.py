"""A database to publish from and one to receive in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from shared.database.engine import Database
from tests.support.databases import ServiceDatabase


def connected(fresh_database: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    database = fresh_database("eligibility").connect()
    yield database
    database.close()


publisher = pytest.fixture(connected, name="publisher")
receiver = pytest.fixture(connected, name="receiver")
