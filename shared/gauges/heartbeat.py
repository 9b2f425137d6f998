"""The heartbeat of workers and relays: they report the state of their loops to the database, for the app and `/status`."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from shared.background import Loop
from shared.database.engine import Database
from shared.database.queries import load

HEARTBEAT_SECONDS = 5.0
SILENT_SECONDS = 60.0
"""A process that has not reported for this long has ended, or cannot reach the database."""

queries = load(__package__)


def heartbeat_loop(database: Database, process: str, loops: Sequence[Loop]) -> Loop:
    """Return the loop that reports the state of `loops`, deletes silent processes, and withdraws its own report at the end."""
    identity = {"process": process, "instance": f"{socket.gethostname()}:{os.getpid()}"}

    def report() -> bool:
        with database.transaction() as connection:
            connection.execute(queries.report_loop_state, [identity | _state(loop) for loop in loops])
            connection.execute(queries.delete_silent_processes, {"silent": SILENT_SECONDS})
        return False

    def withdraw() -> None:
        with database.transaction() as connection:
            connection.execute(queries.delete_process, identity)

    return Loop("heartbeat", report, idle_seconds=HEARTBEAT_SECONDS, close=withdraw)


def _state(loop: Loop) -> dict[str, Any]:
    now = time.monotonic()
    health = loop.health
    return {
        "loop": loop.name,
        "succeeded": None if health.succeeded is None else now - health.succeeded,
        "failed": None if health.failed is None else now - health.failed,
        "failures": health.failures,
        "error": health.error,
    }


def loop_states(connection: Connection) -> list[dict[str, Any]]:
    """Return the state of the loops of all processes that have reported lately."""
    return [dict(row) for row in connection.execute(queries.loop_states, {"silent": SILENT_SECONDS}).mappings()]
