"""Record the first reference rates and recognised platforms, once, as revision 1: `python -m services.registry.seed`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import polars as pl

from services.registry.revisions import repository
from services.registry.revisions.domain import Author, Kind
from services.registry.revisions.staging import Staging
from services.registry.settings import Settings
from shared.catalogue.checks import check_cells
from shared.catalogue.datasets import CATALOGUE, STARTING_VALUES
from shared.catalogue.validation_errors import no_errors
from shared.clock import Clock, SystemClock, calendar_date
from shared.database.engine import Database
from shared.i18n import N_
from shared.policies import POLICIES
from shared.process_settings import load

#: Of any policy package, in its folder `reference`.
SEEDED = ("reference_rates", "recognised_platforms")


CONFIRMED_BY = "policy package"
"""Second person of the starting values: whoever reviewed the package. With its space it is no token's subject."""


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
            staging = Staging(connection, CATALOGUE[name])
            for file in _files(f"{name}.csv"):
                cells = pl.read_csv(file, infer_schema=False).with_row_index("line", offset=2)
                lines = cells.with_columns(pl.col("line").cast(pl.Int64))
                checked = check_cells(
                    CATALOGUE[name], lines, hundredths=(), errors=no_errors(), today=calendar_date(clock.now())
                )
                if checked.errors.height:
                    raise SeedError(f"{file}: {checked.errors.rows()}")
                staging.add(checked.rows)
            staged.append(staging)
        author = Author(
            kind=Kind.RECORDS,
            actor="seed",
            confirmed_by=CONFIRMED_BY,
            at=clock.now(),
            source=STARTING_VALUES,
            reason=N_("a new registry starts with them"),
        )
        return repository.publish(connection, staged, author).revision


def _files(name: str) -> Iterator[Path]:
    """Return the files of that name among the starting values of the installed policies."""
    for policy in POLICIES.values():
        file = policy.folder / "reference" / name
        if file.exists():
            yield file


def main() -> None:
    """Seed the registry that the settings name."""
    settings = load(Settings)
    database = Database(settings.database_url, pool_size=1, application_name="registry-seed")
    revision = seed(database, SystemClock())
    database.close()
    sys.stdout.write(orjson.dumps({"seeded": "registry", "revision": revision}).decode() + "\n")


if __name__ == "__main__":
    main()
