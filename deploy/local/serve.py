"""`make serve`: the whole system, empty, in the foreground."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from deploy.local.processes import CannotStartError
from deploy.local.system import LocalSystem, print_addresses, run_until_stopped, state_folder


def main(attend: Callable[[LocalSystem, list[int]], None] = run_until_stopped) -> int:
    """Serve until SIGTERM or SIGINT, `attend` to the processes meanwhile; returns the exit code."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopping.append(received))
    system: LocalSystem | None = None
    try:
        system = LocalSystem(state_folder(), os.environ)
        system.start()
        print_addresses(system)
        print("ready", flush=True)  # the same in every language: programs wait for it
        attend(system, stopping)
    except CannotStartError as reason:
        print(reason, file=sys.stderr, flush=True)
        return 1
    finally:
        if system is not None:
            system.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
