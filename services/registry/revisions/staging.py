"""Rows on their way in: a temporary table per dataset, filled by COPY, gone with the transaction."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, text

from services.registry.datasets.domain import Dataset
from services.registry.revisions.sql import listed
from shared.database.bulk import copy_frame

_WORTH_ANALYSING = 1_000


class Staging:
    """The rows of one dataset in the change set that is being made: `line` and the fields."""

    def __init__(self, connection: Connection, dataset: Dataset) -> None:
        """Create the table."""
        self._connection = connection
        self.dataset = dataset
        self.table = f"incoming_{dataset.name}"
        self.rows = 0
        self.repeated = 0
        connection.execute(
            text(
                f"CREATE TEMP TABLE {self.table} ON COMMIT DROP AS"
                f" SELECT CAST(NULL AS bigint) AS line, {listed(dataset.names)} FROM {dataset.name} WITH NO DATA"
            )
        )

    def add(self, rows: pl.DataFrame) -> None:
        """Add `rows`: `line` and the dataset's fields, or those of its key; sensitive ones sealed."""
        self.rows += copy_frame(self._connection, self.table, rows)

    def complete(self) -> None:
        """Tell the planner what was added."""
        if self.rows > _WORTH_ANALYSING:
            self._connection.execute(text(f"ANALYZE {self.table}"))

    def remove(self, errors: pl.DataFrame) -> None:
        """Take out the rows with mistakes."""
        if errors.is_empty():
            return
        lines = errors.get_column("line").unique().to_list()
        gone = self._connection.execute(text(f"DELETE FROM {self.table} WHERE line = ANY(:lines)"), {"lines": lines})
        self.rows -= gone.rowcount
