"""A process that kills itself (SIGKILL) at a given point: `python -m tests.support.doomed relay|payout URL BROKER POINT`."""

from __future__ import annotations

import os
import signal
import sys

from services.payout.worker import GROUP, award_decisions
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.messaging import topics
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay


def main(role: str, database_url: str, bootstrap_servers: str, point: str) -> None:
    """Work until `point` is reached."""

    def die(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    database = Database(database_url)
    if role == "relay":
        step = Relay(database, bootstrap_servers, "doomed", crash_point=die).step
    else:
        handler = award_decisions(SystemClock())
        consumer = Consumer(database, bootstrap_servers, topics.AWARD_DECISIONS, GROUP, handler, crash_point=die)
        step = consumer.step
    while True:
        step()


if __name__ == "__main__":
    main(*sys.argv[1:])
