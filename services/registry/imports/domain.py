"""Options of an import, formats and limits of a file, and its rows on their way in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import IO, Any, Protocol

from services.registry.revisions.domain import Clearing
from shared.catalogue.checks import Checked
from shared.catalogue.domain import Dataset
from shared.media_types import CSV, NDJSON, XLSX

MEDIA_TYPES = (CSV, XLSX, NDJSON)
"""What a file is found to be; a workbook of any kind counts as XLSX."""

KIND = "import"
MAX_OPEN = 100
"""Files that wait for one client at a time: a platform sends those of several years at once."""
CHUNK_BYTES = 1 << 20
MAX_LINE_BYTES = 1 << 20
MAX_KEPT_ROWS = 100_000
"""Rejected rows whose content and errors are kept; more are only counted."""

MAX_CORRECTIONS_SHOWN = 100
"""The most imports that are named as those by which refused rows were sent again."""


class Mode(StrEnum):
    """Whether the good rows of a file with bad ones are stored."""

    ALL_OR_NOTHING = "all_or_nothing"
    ACCEPT_VALID = "accept_valid"


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file. `request_hash` also covers the request's target, as an idempotency key needs it."""

    file: IO[bytes]
    media_type: str
    size: int
    sha256: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Options of an import. `dataset` is None for a workbook with one sheet per dataset."""

    dataset: str | None
    mode: Mode
    dry_run: bool
    media_type: str
    clearing: Clearing = Clearing.REFUSE
    sheet: str | None = None
    source: str | None = None
    reason: str | None = None

    def as_input(self) -> dict[str, Any]:
        """Return the options as a job's input: those that differ from their defaults.

        A worker of the version before, which may run it during an upgrade, knows no option that was added since.
        """
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) != each.default}

    @classmethod
    def of_input(cls, job_input: Mapping[str, Any]) -> ImportOptions:
        """Read a job's input back."""
        clearing = Clearing(job_input.get("clearing", Clearing.REFUSE))
        return cls(**{**job_input, "mode": Mode(job_input["mode"]), "clearing": clearing})


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a file, checked; `done` of `total` (bytes or rows) have been read.

    `skipped` rows with totals, notes or headings were passed over so far.
    """

    checked: Checked
    done: int
    total: int
    skipped: int = 0


class Table(Protocol):
    """The rows of one dataset in a file, read as often as needed, in parts of bounded size.

    `outline` says how refused rows are given back: the headings, the rows above them, the sheet's name, each
    field's column.
    """

    dataset: Dataset
    sheet: int

    @property
    def outline(self) -> dict[str, Any]:
        """What is around the rows, as JSON data."""
        ...

    def parts(self) -> Iterator[Part]:
        """Read and check the rows."""
        ...

    def rows(self, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of the rows at `lines` as they were written, in the order of the headings."""
        ...
