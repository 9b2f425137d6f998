"""`python -m services.payout.ledger.verify`: check the ledger's hash chain; exit code 1 if a block does not hold."""

from __future__ import annotations

import sys
from dataclasses import asdict

import orjson

from services.payout.ledger.sealing import verify
from services.payout.settings import Settings
from shared.database.engine import Database


def main() -> int:
    """Verify the ledger that the environment names and print what was found as JSON."""
    settings = Settings()
    database = Database(settings.database_url, pool_size=1, application_name="payout-verify")
    with database.reading_at_one_instant() as connection:
        found = verify(connection)
    database.close()
    sys.stdout.write(orjson.dumps(asdict(found)).decode() + "\n")
    return 0 if found.broken_at is None else 1


if __name__ == "__main__":
    sys.exit(main())
