"""What a worker or relay tells of its loops, so that the app, and who looks at it, knows how they fare."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from shared.background import Loop
from shared.database.engine import Database

TELL_SECONDS = 5.0
GONE_SECONDS = 60.0
"""A process that has told nothing for so long has ended, or cannot reach the database."""

_TELL = text(
    """
    INSERT INTO loop_states (process, instance, loop, succeeded_at, failed_at, failures, error)
    VALUES (:process, :instance, :loop, now() - make_interval(secs => :succeeded), now() - make_interval(secs => :failed),
            :failures, :error)
    ON CONFLICT (process, instance, loop) DO UPDATE
    SET told_at = now(), succeeded_at = excluded.succeeded_at, failed_at = excluded.failed_at,
        failures = excluded.failures, error = excluded.error
    """
)
_FORGET = text("DELETE FROM loop_states WHERE told_at < now() - make_interval(secs => :gone)")
_LEAVE = text("DELETE FROM loop_states WHERE process = :process AND instance = :instance")


def heartbeat(database: Database, process: str, loops: Sequence[Loop]) -> Loop:
    """Return the loop that tells how `loops` fare, forgets processes that are gone, and takes its leave at the end."""
    who = {"process": process, "instance": f"{socket.gethostname()}:{os.getpid()}"}

    def tell() -> bool:
        with database.transaction() as connection:
            connection.execute(_TELL, [who | _state(loop) for loop in loops])
            connection.execute(_FORGET, {"gone": GONE_SECONDS})
        return False

    def leave() -> None:
        with database.transaction() as connection:
            connection.execute(_LEAVE, who)

    return Loop("heartbeat", tell, idle_seconds=TELL_SECONDS, close=leave)


def _state(loop: Loop) -> dict[str, Any]:
    now = time.monotonic()
    return {
        "loop": loop.name,
        "succeeded": None if loop.health.succeeded is None else now - loop.health.succeeded,
        "failed": None if loop.health.failed is None else now - loop.health.failed,
        "failures": loop.health.failures,
        "error": loop.health.error,
    }


def loops_now(connection: Connection) -> list[dict[str, Any]]:
    """Return how the loops of all processes fare that have told of themselves lately."""
    rows = connection.execute(
        text(
            "SELECT process, instance, loop, told_at, succeeded_at, failed_at, failures, error FROM loop_states"
            " WHERE told_at > now() - make_interval(secs => :gone) ORDER BY process DESC, instance, loop"
        ),
        {"gone": GONE_SECONDS},
    )
    return [dict(row) for row in rows.mappings()]
