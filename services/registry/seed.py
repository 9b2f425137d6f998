"""Record the first reference rates and recognised platforms, once, as revision 1: `python -m services.registry.seed`."""

from __future__ import annotations

import sys
from pathlib import Path

import orjson
import polars as pl

from services.registry.revisions import repository
from services.registry.revisions.domain import Author, Kind
from services.registry.revisions.staging import Staging
from services.registry.settings import Settings
from shared.catalogue.checks import check_cells
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.validation_errors import no_errors
from shared.clock import Clock, SystemClock, calendar_date
from shared.database.engine import Database
from shared.settings import load

FOLDER = Path(__file__).parent / "datasets" / "reference"
SEEDED = ("reference_rates", "recognised_platforms")


class SeedError(RuntimeError):
    """The files of starting values break a rule of their dataset."""


def seed(database: Database, clock: Clock) -> int:
    """Record the starting values if the registry holds nothing yet; returns its newest revision.

    A registry with revisions is left alone: an officer may have corrected what was seeded.
    """
    with database.transaction() as connection:
        latest = repository.lock_publishing(connection)
        if latest:
            return latest
        staged = []
        for name in SEEDED:
            cells = pl.read_csv(FOLDER / f"{name}.csv", infer_schema=False).with_row_index("line", offset=2)
            lines = cells.with_columns(pl.col("line").cast(pl.Int64))
            checked = check_cells(
                CATALOGUE[name], lines, hundredths=(), errors=no_errors(), today=calendar_date(clock.now())
            )
            if checked.errors.height:
                raise SeedError(f"{name}: {checked.errors.rows()}")
            staging = Staging(connection, CATALOGUE[name])
            staging.add(checked.rows)
            staged.append(staging)
        author = Author(
            kind=Kind.RECORDS,
            actor="seed",
            at=clock.now(),
            source="starting values of the reference rates and of the platforms named by Art. 2",
            reason="a new registry starts with them",
        )
        return repository.publish(connection, staged, author).revision


def main() -> None:
    """Seed the registry that the settings name."""
    settings = load(Settings)
    database = Database(settings.database_url, pool_size=1, application_name="registry-seed")
    revision = seed(database, SystemClock())
    database.close()
    sys.stdout.write(orjson.dumps({"seeded": "registry", "revision": revision}).decode() + "\n")


if __name__ == "__main__":
    main()
