"""A fresh eligibility database that knows a book and readings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl
import pytest

from services.eligibility.decisions.proposals import keep_documents
from shared.database.engine import Database
from tests.support.databases import ServiceDatabase


@pytest.fixture
def database(fresh_database: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    database = fresh_database("eligibility").connect()
    with database.transaction() as connection:
        for kind in ("book", "readings"):
            keep_documents(connection, kind, pl.DataFrame({"hash": [kind], "content": ["{}"]}))
    yield database
    database.close()
