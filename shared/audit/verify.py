"""`python -m shared.audit.verify [SERVICE …]`: walk every hash chain of the services, the ledger's included.

Reads `REGISTRY_DATABASE_URL`, `ELIGIBILITY_DATABASE_URL` and `PAYOUT_DATABASE_URL`. Prints a line of JSON per
chain; exit code 1 and the first broken link on standard error if a chain does not hold, 2 if a database is not named.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import orjson

from shared.audit.sealing import Verification, sealed_tables, verify
from shared.database.engine import Database
from shared.database.migrate import SERVICES, metadata_of


def verify_service(service: str, url: str) -> Iterator[Verification]:
    """Verify each chain of `service` in the database at `url`, all at one instant."""
    database = Database(url, pool_size=1, application_name=f"{service}-verify")
    try:
        with database.reading_at_one_instant() as connection:
            for table in sealed_tables(*metadata_of(service)):
                yield verify(connection, table)
    finally:
        database.close()


def main(services: Sequence[str]) -> int:
    """Verify `services`, by default all three; returns the exit code."""
    names = {service: f"{service.upper()}_DATABASE_URL" for service in services or SERVICES}
    missing = [name for service, name in names.items() if service not in SERVICES or name not in os.environ]
    if missing:
        sys.stderr.write(f"Services are {', '.join(SERVICES)}; set {', '.join(missing)}.\n")
        return 2
    first: str | None = None
    for service, name in names.items():
        for found in verify_service(service, os.environ[name]):
            sys.stdout.write(orjson.dumps({"service": service} | asdict(found)).decode() + "\n")
            if found.broken_at is not None and first is None:
                first = f"{service}, {found.chain}, block {found.broken_at}: {found.problem}"
    if first is not None:
        sys.stderr.write(f"First broken link: {first}.\n")
    return 0 if first is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
