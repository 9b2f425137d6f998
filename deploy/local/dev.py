"""`make dev`: the whole system, empty; a change of code restarts the processes that run it.

Migrations are applied when it starts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from watchfiles import watch

from deploy.local.processes import Child
from deploy.local.serve import main
from deploy.local.system import TITLES, LocalSystem, print_now
from services.databases import SCHEMAS as SERVICES

ROOT = Path(__file__).parents[2]


def affected(files: Iterable[str]) -> set[str]:
    """Return the services that run one of `files`, given as absolute paths; all run what is shared."""
    services: set[str] = set()
    for file in files:
        folder, service, *_ = Path(file).relative_to(ROOT).parts
        services |= {service} & set(SERVICES) if folder == "services" else set(SERVICES)
    return services


def reload_until_stopped(system: LocalSystem, stopping: list[int]) -> None:
    """Restart the processes whose code changes, until a signal number is put into `stopping`.

    A process that ends, as one with a mistake in its code does, is reported and started again at the next change.
    """
    reported: list[Child] = []
    for changes in watch(ROOT / "services", ROOT / "shared", rust_timeout=500, yield_on_timeout=True):
        if stopping:
            return
        if services := affected(file for _, file in changes):
            ended = {child.name for child in system.supervisor.ended()}
            print_now("Restarting: {services}", services=[TITLES[service] for service in sorted(services)])
            system.supervisor.restart((*(f"{service}-" for service in services), *ended))
            reported.clear()
        for child in system.supervisor.ended():
            if child not in reported:
                print_now(
                    "{process} ended: {line} (see {log}); the next change of code starts it again.",
                    process=child.name,
                    line=child.last_log_line(),
                    log=str(child.log),
                )
                reported.append(child)


if __name__ == "__main__":
    sys.exit(main(reload_until_stopped))
