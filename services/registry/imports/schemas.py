"""Shapes of imports."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.revisions.schemas import DRAFT, RowCounts
from shared.web.files import FileWarning
from shared.web.jobs import Job, JobState
from shared.web.possible_acts import PossibleActs


class SheetCounts(BaseModel):
    """Rows of one dataset in the file."""

    read: int = Field(description="Rows in the file", examples=[2000])
    rejected: int = Field(description="Rows with mistakes", examples=[3])
    draft: UUID | None = Field(default=None, description=DRAFT)


class ImportJob(Job):
    """A file on its way into the registry. Progress counts bytes, or rows of a workbook."""

    dataset: str | None = Field(description="Dataset; null for a workbook with one sheet per dataset")
    mode: str = Field(description="all_or_nothing or accept_valid", examples=["accept_valid"])
    dry_run: bool = Field(description="Checked and reported, but nothing stored")
    source: str | None = Field(default=None, description="Where the file comes from", examples=["快递企业报送表.xlsx"])
    rows: RowCounts
    skipped: int = Field(
        default=0, description="Rows with totals, notes and repeated headings, which are not among `rows`", examples=[2]
    )
    warnings: list[FileWarning] = Field(default_factory=list, description="What was guessed or passed over")
    revision: int | None = Field(
        description="The revision that holds the rows; null while running, refused, in a dry run, or if all wait in drafts"
    )
    draft: UUID | None = Field(
        description="The draft in which rows wait for another person to confirm them; `datasets` has that of each dataset"
    )
    changed: bool = Field(default=False, description="Whether this import made the revision")
    datasets: dict[str, SheetCounts] = Field(default_factory=dict, description="Rows by dataset")
    clearing: dict[str, int] = Field(
        default_factory=dict,
        description="Rows whose empty cells empty a value on record, or would if that were allowed, by dataset and field",
        examples=[{"monitoring_inclusions.removed_on": 2}],
    )
    errors_truncated: bool = Field(default=False, description="More rows have mistakes than are listed")


class SentAgain(BaseModel):
    """An import by which refused rows of another one were sent again."""

    id: UUID = Field(description="The later import")
    created_at: datetime
    state: JobState = Field(description="How far it is")
    rows: RowCounts


class ImportDetail(ImportJob):
    """An import, and what the caller may do about it."""

    possible_acts: PossibleActs
    corrections: list[SentAgain] = Field(
        default_factory=list, description="The imports by which its refused rows were sent again, in their order"
    )


class ImportMistake(BaseModel):
    """One mistake in a file."""

    line: int = Field(description="Line of the file or row of the sheet, from 1", examples=[17])
    sheet: int = Field(description="Sheet of a workbook, from 0; 0 for other files", examples=[0])
    sheet_name: str | None = Field(default=None, description="Name of the sheet", examples=["2020年"])
    cell: str | None = Field(
        default=None, description="Cell of the sheet; null where the whole row is meant", examples=["C17"]
    )
    dataset: str = Field(description="Dataset", examples=["annual_sales"])
    field: str | None = Field(description="Field; null where the whole row is meant", examples=["uscc"])
    code: str = Field(description="Stable code of the mistake", examples=["invalid_uscc"])
    message: str = Field(description="What is wrong and how to correct it, in the caller's language")


class RejectedCell(BaseModel):
    """One cell of a refused row."""

    column: int = Field(description="Place of the column in the file, from 0", examples=[2])
    heading: str = Field(description="Heading of the column", examples=["全年租金（元）"])
    value: str = Field(description="What was sent; of a dataset with account numbers, digits are masked")
    mistakes: list[str] = Field(description="What is wrong and how to correct it, in the caller's language")


class RejectedRow(BaseModel):
    """A refused row as it was sent, with what is wrong beside each cell."""

    sheet: int = Field(description="Sheet of a workbook, from 0; 0 for other files", examples=[0])
    sheet_name: str | None = Field(description="Name of the sheet", examples=["2020年"])
    dataset: str = Field(description="Dataset", examples=["annual_sales"])
    line: int = Field(description="Line of the file or row of the sheet, from 1", examples=[17])
    cells: list[RejectedCell] = Field(description="Its cells, in the order of the columns")
    mistakes: list[str] = Field(description="What is wrong with the row as a whole, in the caller's language")


class CorrectedCell(BaseModel):
    """A cell with another value."""

    model_config = ConfigDict(extra="forbid")

    column: int = Field(ge=0, le=16_383, description="Place of the column in the file, from 0", examples=[2])
    value: str = Field(max_length=10_000, description="What it should have been; empty for unknown")


class CorrectedRow(BaseModel):
    """A refused row with some cells corrected."""

    model_config = ConfigDict(extra="forbid")

    line: int = Field(ge=1, le=2**63 - 1, description="Its line in the file", examples=[17])
    cells: list[CorrectedCell] = Field(max_length=1_000, description="The cells that change; the others stay")


class ImportCorrection(BaseModel):
    """Refused rows of one sheet, to be imported again with some cells corrected."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"sheet": 0, "rows": [{"line": 17, "cells": [{"column": 2, "value": "3800000"}]}]}]
        },
    )

    sheet: int = Field(default=0, ge=0, le=9_999, description="Sheet of a workbook, from 0; 0 for other files")
    rows: list[CorrectedRow] = Field(min_length=1, max_length=1_000, description="The rows that are sent again")
