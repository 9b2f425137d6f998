"""Moving many decisions at once: locked in one order, moved by one statement, recorded by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from services.eligibility.decisions.domain import Act

_PICK = """
CREATE TEMP TABLE picked ON COMMIT DROP AS
SELECT d.id, d.award_id, a.version FROM decisions d JOIN awards a USING (award_id)
WHERE {which} ORDER BY d.award_id FOR UPDATE OF a, d
"""

_RECORD = """
INSERT INTO decision_acts (decision_id, act, state, actor, reason)
SELECT d.id, :act, d.state, :by, :reason FROM picked p JOIN decisions d USING (id)
"""


def pick(connection: Connection, which: str, values: Mapping[str, Any]) -> int:
    """Lock the decisions `d` that `which` (SQL) names, award by award, as the temporary table `picked`; returns how many.

    Beside each stands the version of its award that is in force, 0 for none. Everybody locks in this order, award before
    decision, so that nobody waits in a circle.
    """
    connection.execute(text("DROP TABLE IF EXISTS picked"))
    picked = connection.execute(text(_PICK.format(which=which)), values).rowcount
    connection.execute(text("ANALYZE picked"))
    return picked


def move(connection: Connection, changes: str, values: Mapping[str, Any]) -> int:
    """Set `changes` (SQL) on the picked decisions `d`; returns how many."""
    return connection.execute(
        text(
            f"UPDATE decisions d SET {changes}, revision = d.revision + 1, changed_at = now() FROM picked p WHERE d.id = p.id"
        ),
        values,
    ).rowcount


def record(connection: Connection, act: Act, *, by: str, reason: str | None) -> None:
    """Keep for ever who did `act` to the picked decisions, and the state that it led to."""
    connection.execute(text(_RECORD), {"act": act.value, "by": by, "reason": reason})
