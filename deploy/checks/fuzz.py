"""Schemathesis over all operations of the three services, each called by a client that may: `python -m deploy.checks.fuzz`.

It starts an empty system of its own, so that what it does to it harms nobody. Found are answers of 5xx, undocumented statuses,
bodies and headers that are not as documented, and operations that answer without a token. `--seconds` says how long it explores.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from deploy.checks.clients import API, SERVICES
from deploy.checks.tools import ToolFailedError, run
from deploy.local.processes import CannotStartError, free_port
from deploy.local.system import DEFAULT_PORTS, LocalSystem

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance", "ignored_auth"),
)
MOST_DATASETS = "^/v1/datasets/(?!enterprises/|payee_accounts/)[a-z_]+/"
"""Paths of all datasets but two. Their routes come from one mechanism, so when time is short these get their examples alone."""


@contextmanager
def own_system(state: Path) -> Iterator[LocalSystem]:
    """Run an empty system on free ports; raises CannotStartError."""
    ports = {name: str(free_port()) for name in DEFAULT_PORTS}
    system = LocalSystem(
        state, {"ELIGIBILITY_NOTICE_WORKING_DAYS": "0", **os.environ, **ports}, durable=False, with_desk=False
    )
    try:
        system.start()
        yield system
    finally:
        system.stop()


def fuzz(system: LocalSystem, service: str, seconds: int | None = None) -> str:
    """Call every operation of a service; returns what Schemathesis says, raises ToolFailedError with what it finds.

    Without `seconds` it does the same few calls each time.
    """
    if seconds is not None:
        return _run(system, service, ["--max-time", str(seconds)], seconds)
    few = ["--generation-deterministic", "--no-shrink", "--max-examples", "3"]
    said = _run(system, service, [*few, "--phases", "examples,coverage,fuzzing", "--exclude-path-regex", MOST_DATASETS])
    if service == "registry":
        said += _run(system, service, [*few, "--phases", "examples", "--include-path-regex", MOST_DATASETS])
    return said


def _run(system: LocalSystem, service: str, options: list[str], seconds: int = 0) -> str:
    return run(
        [
            *(Path(sys.executable).parent / "schemathesis", "run", API / f"{service}.openapi.json"),
            *("--url", system.url(service), "--checks", ",".join(CHECKS), "--continue-on-failure"),
            *("--warnings", "off", "--no-color", *options),
        ],
        env={
            "SCHEMATHESIS_HOOKS": "deploy.checks.fuzz_tokens",
            "PYTHONPATH": ".",
            "ISSUER_URL": system.url("issuer"),
            "CLIENTS_FILE": str(system.state / "clients.json"),
        },
        seconds=600 + 2 * seconds,
    )


def main() -> int:
    """Fuzz the services named, or all; returns how many have faults."""
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=…", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("service", nargs="*", choices=[*SERVICES, []], help="services to call; all if left out")
    parser.add_argument("--seconds", type=int, default=600, help="how long each service is explored")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    faulty = 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            with own_system(Path(folder)) as system, ThreadPoolExecutor() as pool:
                made = {each: pool.submit(fuzz, system, each, asked.seconds) for each in asked.service or SERVICES}
                for service, future in made.items():
                    try:
                        print(f"{service}\n{future.result()}", flush=True)
                    except ToolFailedError as found:
                        faulty += 1
                        print(f"{service}\n{found}", file=sys.stderr, flush=True)
        except CannotStartError as reason:
            print(reason, file=sys.stderr)
            return 1
    return faulty


if __name__ == "__main__":
    sys.exit(main())
