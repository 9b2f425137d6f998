"""Writing and reading postings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter

from sqlalchemy import Connection

from services.payout.ledger.domain import Posting
from services.payout.rows import copy

_COLUMNS = [field.name for field in fields(Posting)]
_values = attrgetter(*_COLUMNS)


def post(connection: Connection, postings: Sequence[Posting], *, by: str) -> None:
    """Append `postings`, made by the actor `by`."""
    copy(connection, "postings", [*_COLUMNS, "actor"], [(*_values(posting), by) for posting in postings])
