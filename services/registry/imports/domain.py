"""What an import is asked to do, what a file may be, and what makes a whole file unreadable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from services.registry.datasets.checks import Checked
from services.registry.datasets.domain import Dataset
from shared.errors import DomainError, FieldError, Invalid
from shared.i18n import N_

CSV = "text/csv"
NDJSON = "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = (CSV, XLSX, NDJSON)

KIND = "import"
CHUNK_BYTES = 1 << 20
MAX_LINE_BYTES = 1 << 20
PART_ROWS = 50_000
MAX_KEPT_ROWS = 100_000
"""Rows with mistakes whose content and mistakes are kept; beyond that they are only counted."""


class FileRefused(Invalid):
    """The file cannot be read as it is."""

    code = "file-refused"
    title = N_("The file cannot be read as it is")


class RowsRefused(Invalid):
    """Rows were refused, nothing was stored."""

    code = "rows-refused"
    title = N_("Rows were refused, nothing was stored")


class Mode(StrEnum):
    """What becomes of the good rows of a file with bad ones."""

    ALL_OR_NOTHING = "all_or_nothing"
    ACCEPT_VALID = "accept_valid"


@dataclass(frozen=True, slots=True)
class Order:
    """What an import is asked to do. `dataset` is None for a workbook with one sheet per dataset."""

    dataset: str | None
    mode: Mode
    dry_run: bool
    media_type: str
    sheet: str | None = None
    source: str | None = None
    reason: str | None = None

    def as_input(self) -> dict[str, Any]:
        """Return the order as a job's input."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of_input(cls, job_input: Mapping[str, Any]) -> Order:
        """Read a job's input back."""
        return cls(**{**job_input, "mode": Mode(job_input["mode"])})


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a file, checked. `done` of `total` (bytes or rows) is behind."""

    checked: Checked
    done: int
    total: int


class Table(Protocol):
    """The rows of one dataset in a file, read as often as needed, in parts of bounded size."""

    dataset: Dataset
    sheet: int
    headings: list[str]

    def parts(self) -> Iterator[Part]:
        """Read and check the rows."""
        ...

    def rows(self, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Give the cells of the rows at `lines` as they were written, under `headings`."""
        ...


def refused(code: str, detail: str, *, pointer: str = "", meanings: Iterable[str] = ()) -> DomainError:
    """Return the problem of a file that cannot be read: a stable code and what to do about it."""
    errors = [FieldError(pointer, code, meaning) for meaning in meanings] or [FieldError(pointer, code, detail)]
    return FileRefused(detail, errors=errors)
