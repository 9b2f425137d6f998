"""Change sets: who changes what and why, and the result."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import polars as pl

from shared.errors import Invalid
from shared.i18n import N_


class Kind(StrEnum):
    """Origin of a revision."""

    RECORDS = "records"
    IMPORT = "import"
    WITHDRAWAL = "withdrawal"


class Clearing(StrEnum):
    """Whether rows may empty values on record."""

    REFUSE = "refuse"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Author:
    """Author of a change set, with time and reason, and the second person where there was one."""

    kind: Kind
    actor: str
    at: datetime
    source: str | None = None
    reason: str | None = None
    import_id: UUID | None = None
    confirmed_by: str | None = None


@dataclass(slots=True)
class Counts:
    """Rows of one dataset in one change set."""

    inserted: int = 0
    replaced: int = 0
    withdrawn: int = 0
    unchanged: int = 0

    @property
    def changed(self) -> int:
        """Rows that the change set makes different."""
        return self.inserted + self.replaced + self.withdrawn

    def as_rows(self) -> dict[str, int]:
        """Return the changed rows as JSON data."""
        return {"inserted": self.inserted, "replaced": self.replaced, "withdrawn": self.withdrawn}


@dataclass(slots=True)
class Published:
    """The result of a change set. `revision` holds its rows: a new one if `changed`, else the latest.

    `drafts`: by dataset, what waits for a second person instead.
    `clearing` counts the rows that empty a value on record, or would, by dataset and field (`locations.until`).
    """

    revision: int
    changed: bool
    counts: dict[str, Counts] = field(default_factory=dict)
    errors: dict[str, pl.DataFrame] = field(default_factory=dict)
    clearing: dict[str, int] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)

    @property
    def recorded_in(self) -> int | None:
        """The revision that holds the rows; None if they wait as drafts."""
        return None if self.drafts and not self.changed else self.revision

    @property
    def draft(self) -> str | None:
        """The first of the drafts."""
        return next(iter(self.drafts.values()), None)

    @property
    def accepted(self) -> int:
        """Rows that were stored, or wait in a draft."""
        return sum(found.inserted + found.replaced for found in self.counts.values())

    @property
    def unchanged(self) -> int:
        """Rows that were stored already."""
        return sum(found.unchanged for found in self.counts.values())


class RowsRefused(Invalid):
    """Rows were refused, nothing was stored."""

    code = "rows-refused"
    title = N_("Rows were refused, nothing was stored")
