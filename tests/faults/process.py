"""Run a service's process with what a campaign does to it from inside: `python -m tests.faults.process MODULE`.

FAULT_POINT names a point at which it kills itself, FAULT_AFTER how often it passes that point before; FAULT_CLOCK by how many
seconds its clock is ahead; FAULT_CONTROL a defence that is taken away, so that the campaign has to fail.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from services.eligibility.decisions import repository
from shared.authorization import Actor
from shared.clock import SystemClock
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from tests.faults.controls import CONTROLS

POINTS = {
    "relay": ("relay: sent, not marked",),
    "worker": ("consumer: not committed", "consumer: committed, offsets not"),
}


def arm(point: str, passes: int) -> None:
    """Have consumers and relays of this process kill it when `point` is reached for the time after `passes`."""
    left = passes

    def die(reached: str) -> None:
        nonlocal left
        if reached == point:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    for kind in (Consumer, Relay):
        defaults = kind.__init__.__kwdefaults__
        assert defaults is not None
        defaults["crash_point"] = die


def shift_clock(seconds: float) -> None:
    """Set the clock of this process ahead by `seconds`."""
    ahead, now = timedelta(seconds=seconds), SystemClock.now
    SystemClock.now = lambda self: now(self) + ahead  # type: ignore[method-assign]


def published_last(
    connection: Connection, actor: Actor, award_ids: Sequence[UUID], language: str
) -> list[dict[str, Any]]:
    """Return what is in force: a campaign decides by writing to the outbox alone."""
    latest = text(
        "SELECT DISTINCT ON (key) data, created_at FROM outbox_events WHERE key = ANY(:keys) AND type = 'award.decided'"
        " ORDER BY key, (data::json ->> 'version')::int DESC, batch"
    )
    rows = connection.execute(latest, {"keys": [str(award_id) for award_id in award_ids]})
    return [orjson.loads(row.data) | {"approved_at": row.created_at.isoformat()} for row in rows]


def main(module: str) -> None:
    """Run `module` as its service would."""
    if point := os.environ.get("FAULT_POINT"):
        arm(point, int(os.environ.get("FAULT_AFTER", "0")))
    if seconds := float(os.environ.get("FAULT_CLOCK", "0")):
        shift_clock(seconds)
    if control := os.environ.get("FAULT_CONTROL"):
        CONTROLS[control].weaken()
    if module == "services.eligibility.app":
        repository.find_in_force = published_last
    runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1])
