"""Rows on their way in: a temporary table per dataset, filled by COPY and checked against the whole registry.

The checks are those that a single row cannot fail: keys once, enterprises that exist, periods that do not overlap. Each is one
statement over the staged rows, and a constraint of the tables repeats it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
from sqlalchemy import Connection, text

from services.registry.revisions import spellings, statements
from shared.catalogue.checks import ABSENT
from shared.catalogue.domain import Dataset
from shared.catalogue.validation_errors import ERRORS_SCHEMA, error_frame, no_errors
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
        self._partial = False
        connection.execute(text(statements.create_staged(dataset, self.table)))

    def add(self, rows: pl.DataFrame) -> None:
        """Add `rows`: `line` and the dataset's fields, perhaps ABSENT, or those of its key; sensitive ones sealed."""
        self._partial = self._partial or ABSENT in rows.columns
        self.rows += copy_frame(self._connection, self.table, rows)

    def fill(self, statement: str, values: Mapping[str, object]) -> None:
        """Add the rows that `statement` inserts."""
        self.rows += self._connection.execute(text(statement), values).rowcount

    def analyse(self) -> None:
        """Let the planner know what was added."""
        if self.rows > _WORTH_ANALYSING:
            self._connection.execute(text(f"ANALYZE {self.table}"))

    def remove_repetitions(self) -> pl.DataFrame:
        """Keep one of equal rows and count the others; return key_conflict for rows with one key and different content."""
        if self._connection.execute(text(statements.has_repeated_key(self.dataset, self.table))).first() is None:
            return no_errors()
        conflicting = statements.conflicting_lines(self.dataset, self.table)
        conflicts = self._refuse(conflicting, "key_conflict", self.dataset.key[-1])
        repeated = self._connection.execute(text(statements.delete_repetitions(self.dataset, self.table))).rowcount
        self.rows -= repeated
        self.repeated += repeated
        return conflicts

    def adopt_spellings(self) -> pl.DataFrame:
        """Give codes the spelling on record, and one spelling to those that are new; return what becomes a conflict by it."""
        respelled = 0
        for field in (self.dataset.by_name[name] for name in self.dataset.codes):
            for statement in (
                *spellings.adopt_recorded(self.dataset, self.table, field),
                spellings.adopt_first(self.table, field),
            ):
                respelled += self._connection.execute(text(statement)).rowcount
        return self.remove_repetitions() if respelled else no_errors()

    def lines_of_other_holders(self) -> list[str]:
        """Return the lines of accounts whose holder is not the enterprise that they are of."""
        if self.dataset.name != "payee_accounts":
            return []
        found = self._connection.execute(text(statements.lines_of_other_holders(self.table)))
        return [str(line) for line in found.scalars()]

    def keep_absent(self) -> None:
        """Give rows the current values of the fields that they do not give."""
        if self._partial:
            self._connection.execute(text(statements.keep_absent(self.dataset, self.table)))

    def remove_other_spellings(self) -> pl.DataFrame:
        """Remove the rows that are on record in another spelling with other values; return the spelling on record."""
        if not set(self.dataset.codes).intersection(self.dataset.key):
            return no_errors()
        query = spellings.lines_of_other_spellings(self.dataset, self.table)
        found = [
            (line, field, "other_spelling", spelling) for line, field, spelling in self._connection.execute(text(query))
        ]
        errors = error_frame(found)
        self.remove(errors)
        return errors

    def cleared(self) -> pl.DataFrame:
        """Return the fields that are empty where the current row has a value, as errors."""
        if not any(item.optional for item in self.dataset.fields):
            return no_errors()
        query = statements.cleared_values(self.dataset, self.table)
        return error_frame(
            [(line, field, "would_clear", None) for line, field in self._connection.execute(text(query))]
        )

    def remove(self, errors: pl.DataFrame) -> None:
        """Remove the rows that have errors."""
        if errors.is_empty():
            return
        lines = errors.get_column("line").unique().to_list()
        deleted = self._connection.execute(text(f"DELETE FROM {self.table} WHERE line = ANY(:lines)"), {"lines": lines})
        self.rows -= deleted.rowcount

    def remove_refused(self) -> pl.DataFrame:
        """Remove the rows that name an unknown enterprise or subject, or overlap another one's period; return what is wrong.

        A row that is removed may leave others overlapping each other, so periods are checked until none do.
        """
        unknown = [
            self._found(statements.lines_of_unknown_enterprises(self.table, name), "unknown_enterprise", name)
            for name in self.dataset.references
        ]
        found = [pl.concat([no_errors(), *unknown, *self._unknown_subjects()])]
        self.remove(found[0])
        if self.dataset.period is not None and self.dataset.period.apart:
            query = statements.overlapping_lines(self.dataset, self.table)
            while (overlapping := self._refuse(query, "overlapping_period", self.dataset.period.first)).height:
                found.append(overlapping)
        return pl.concat(found)

    def _unknown_subjects(self) -> Iterator[pl.DataFrame]:
        """Return the rows about something that is not in the registry, with the dataset that would have it as the detail."""
        subjects = self.dataset.subjects
        if subjects is None:
            return
        for record, awards in subjects.records.items():
            query = statements.lines_of_unknown_subjects(self.table, subjects, record)
            found = self._found(query, "unknown_subject", subjects.field, awards=list(awards))
            yield found.with_columns(detail=pl.lit(record))

    def unwithdrawable(self) -> pl.DataFrame:
        """Return as errors the keys that are not current or, of enterprises, that other rows name."""
        field = self.dataset.key[-1]
        unknown = self._found(statements.lines_of_unknown_keys(self.dataset, self.table), "unknown_key", field)
        if unknown.height or self.dataset.name != "enterprises":
            return unknown
        return self._found(statements.lines_of_referenced_enterprises(self.table), "still_referenced", field)

    def _refuse(self, query: str, code: str, field: str) -> pl.DataFrame:
        """Remove the lines that `query` finds, and return them as errors."""
        found = self._found(query, code, field)
        self.remove(found)
        return found

    def _found(self, query: str, code: str, field: str, **values: object) -> pl.DataFrame:
        lines = sorted(self._connection.execute(text(query), values).scalars())
        if not lines:
            return no_errors()
        return pl.DataFrame({"line": lines, "field": field, "code": code, "detail": None}, schema=ERRORS_SCHEMA)
