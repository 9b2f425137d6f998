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
_MOST_HASHED = 4_000_000
"""Rows whose keys are hashed here, 8 bytes each; among more, the database looks for repeated keys."""


class Staging:
    """The rows of one dataset in the change set that is being made: `line` and the fields."""

    def __init__(self, connection: Connection, dataset: Dataset) -> None:
        """Create the table."""
        self._connection = connection
        self.dataset = dataset
        self.table = f"incoming_{dataset.name}"
        self.rows = 0
        self.unchanged = 0
        """Rows that were left out since they change nothing: repetitions, and what is on record."""
        self._partial = False
        self._hashes: list[pl.Series] | None = [pl.Series(dtype=pl.UInt64)]
        connection.execute(text(statements.create_staged(dataset, self.table)))

    def add(self, rows: pl.DataFrame) -> None:
        """Add `rows`: `line` and the dataset's fields, perhaps ABSENT, or those of its key; sensitive ones sealed."""
        self._partial = self._partial or ABSENT in rows.columns
        if self._hashes is not None:
            self._hashes.append(rows.select(self.dataset.key).hash_rows())
            if sum(map(len, self._hashes)) > _MOST_HASHED:
                self._hashes = None
        self.rows += copy_frame(self._connection, self.table, rows)

    def fill(self, statement: str, values: Mapping[str, object]) -> None:
        """Add the rows that `statement` inserts."""
        self._hashes = None
        self.rows += self._connection.execute(text(statement), values).rowcount

    def analyse(self) -> None:
        """Let the planner know what was added."""
        if self.rows > _WORTH_ANALYSING:
            self._connection.execute(text(f"ANALYZE {self.table}"))

    def remove_repetitions(self) -> pl.DataFrame:
        """Keep one of equal rows and count the others; return key_conflict for rows with one key and different content."""
        if not self._has_repeated_key():
            return no_errors()
        conflicting = statements.conflicting_lines(self.dataset, self.table)
        conflicts = self._refuse(conflicting, "key_conflict", self.dataset.key[-1])
        repeated = self._connection.execute(text(statements.delete_repetitions(self.dataset, self.table))).rowcount
        self.rows -= repeated
        self.unchanged += repeated
        return conflicts

    def _has_repeated_key(self) -> bool:
        """Return whether any key is staged more than once: certainly not if the hashes of all keys differ."""
        if self._hashes is not None:
            hashes = pl.concat(self._hashes)
            if hashes.n_unique() == len(hashes):
                return False
        query = statements.has_repeated_key(self.dataset, self.table)
        return self._connection.execute(text(query)).first() is not None

    def adopt_spellings(self) -> pl.DataFrame:
        """Give codes the spelling on record, and one spelling to those that are new; return what becomes a conflict by it."""
        respelled = 0
        for field in (self.dataset.by_name[name] for name in self.dataset.codes):
            for statement in (
                *spellings.adopt_recorded(self.dataset, self.table, field),
                spellings.adopt_first(self.table, field),
            ):
                respelled += self._connection.execute(text(statement)).rowcount
        if not respelled:
            return no_errors()
        self._hashes = None
        return self.remove_repetitions()

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

    def remove_unchanged(self) -> None:
        """Remove and count the rows that are on record as they are, so that all that follows looks at the others alone.

        Not where others are compared with them: rows with periods apart, and rows about subjects, which may be on record no more.
        """
        period = self.dataset.period
        if self.dataset.subjects is not None or (period is not None and period.apart):
            return
        removed = self._connection.execute(text(statements.delete_unchanged(self.dataset, self.table))).rowcount
        self.rows -= removed
        self.unchanged += removed
        if self.rows and removed > _WORTH_ANALYSING:
            self._connection.execute(text(f"ANALYZE {self.table}"))

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
