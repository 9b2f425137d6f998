"""Which of many decisions a bulk act takes, and why it skips the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TextClause


@dataclass(frozen=True, slots=True)
class Selection:
    """Whom a bulk act takes (in the order of their ids), how many an earlier attempt took, and how many are skipped, by blocker.

    The ids are text: thousands of them go from one statement to another and need not become Python's.
    """

    ids: list[str]
    done: int
    skipped: dict[str, int]


def select(
    connection: Connection, statement: TextClause, values: Mapping[str, Any], blockers: Sequence[str]
) -> Selection:
    """Execute a `statement` that counts decisions by `blocker` ('done': an earlier attempt took them; null: with their `ids`)."""
    rows = connection.execute(statement, values).all()
    found = Counter({row.blocker: row.decisions for row in rows})
    free: list[str] = next((row.ids for row in rows if row.blocker is None), [])
    return Selection(free, found["done"], {blocker: found[blocker] for blocker in blockers})
