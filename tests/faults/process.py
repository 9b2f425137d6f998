"""Run a service's process with what a campaign does to it from inside: `python -m tests.faults.process MODULE`.

FAULT_POINT names a point at which it kills itself, FAULT_AFTER how often it passes that point before; FAULT_CONTROL a defence
that is taken away, so that the campaign has to fail.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys

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


def main(module: str) -> None:
    """Run `module` as its service would."""
    if point := os.environ.get("FAULT_POINT"):
        arm(point, int(os.environ.get("FAULT_AFTER", "0")))
    if control := os.environ.get("FAULT_CONTROL"):
        CONTROLS[control].weaken()
    importlib.import_module(module).main()


if __name__ == "__main__":
    main(sys.argv[1])
