"""Reading the bank's answer: JSON, or a file with its rows, perhaps beside the columns of the file that was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.payout.batches.answer_file import MAX_ROWS, TOO_MANY_ROWS, AnswerFile, read_file
from services.payout.batches.columns import RESULTS
from services.payout.batches.domain import BankResult, Mistake
from services.payout.batches.files import COMPARED
from services.payout.batches.iso20022.answers import Message, read_message
from services.payout.batches.iso20022.documents import ANSWERS
from shared import spreadsheets
from shared.days import Day
from shared.errors import FieldError, Invalid, InvalidValue, field_error
from shared.files.domain import Warnings, refused
from shared.files.reader import read_xml
from shared.free_text import strike_long_numbers, strike_optional
from shared.media_types import BYTES, CSV, FILE_TYPES, JSON, TEXT_XML, XLSX, XML
from shared.money import MAX_FEN
from shared.spelling import spell_code

MAX_ERRORS = 1_000


def _reference(text: str) -> str:
    spelled = spell_code(text)
    if not spelled:
        raise InvalidValue("The bank reference must not be empty.")
    return spelled


Reference = Annotated[str, StringConstraints(max_length=200), AfterValidator(_reference)]
"""A reference of the bank in its one spelling."""

BankReason = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(strike_long_numbers)
]
"""Why a payment failed or came back."""


Outcome = Literal["settled", "failed", "returned"]


class ResultRow(BaseModel):
    """What the bank reports of one order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_id: UUID
    outcome: Outcome
    occurred_on: Day = Field(description="From the day of the batch to today")
    bank_reference: Reference
    reason: BankReason | None = None
    amount_fen: int | None = Field(
        default=None, ge=1, le=MAX_FEN, description="Checked against the order if the bank gives it"
    )


class ResultsBody(BaseModel):
    """The bank's answer to a batch, or a part of it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "rows": [
                        {
                            "order_id": "01920000-0000-7000-8000-000000000000",
                            "outcome": "settled",
                            "occurred_on": "2026-03-05",
                            "bank_reference": "ICBC20260305-000017",
                        }
                    ]
                }
            ]
        },
    )

    rows: list[ResultRow] = Field(min_length=1, max_length=200_000)


@dataclass(frozen=True)
class BankAnswer:
    """The bank's answer to a batch: its rows, the mistakes in others, and the file or the message that it came in.

    `skipped` rows and entries are about something else. `copied` has `order_id` and what rows repeat of the file that was sent.
    """

    results: list[BankResult]
    read: int
    mistakes: list[Mistake] = field(default_factory=list)
    copied: pl.DataFrame = field(default_factory=lambda: pl.DataFrame({"order_id": []}, {"order_id": pl.String}))
    file: AnswerFile | None = None
    message: Message | None = None
    skipped: int = 0
    warnings: Warnings = field(default_factory=Warnings)

    @property
    def checksum(self) -> str | None:
        """The checksum of the batch's file, if the answer has one."""
        return self.file.checksum if self.file else None


def read(content: bytes, media_type: str, today: date) -> BankAnswer:
    """Return the bank's answer; raises UnsupportedMediaType, Invalid for JSON with mistakes, FileRefused for the file."""
    kind = spreadsheets.declared_format(media_type, (JSON, CSV, XLSX, XML, TEXT_XML, *FILE_TYPES))
    if spreadsheets.is_xml(kind, content):
        return _of_message(read_message(*read_xml(content, ANSWERS)))
    if kind != JSON and not (kind == BYTES and content.removeprefix(spreadsheets.BOM).lstrip()[:1] == b"{"):
        return _of_file(read_file(content, RESULTS, today))
    try:
        rows = ResultsBody.model_validate_json(content).rows
    except ValidationError as error:
        raise Invalid("See `errors` for each mistake.", errors=_mistakes(error)) from error
    return BankAnswer([_result(row, place) for place, row in enumerate(rows)], len(rows))


def _result(row: ResultRow, place: int) -> BankResult:
    return BankResult(
        order_id=str(row.order_id),
        outcome=row.outcome,
        occurred_on=row.occurred_on,
        bank_reference=row.bank_reference,
        reason=row.reason or None,
        amount_fen=row.amount_fen,
        line=place,
        at=f"/rows/{place}",
    )


def _of_file(file: AnswerFile) -> BankAnswer:
    rows = file.rows.with_columns(pl.col("order_id").str.to_lowercase())
    results = [
        BankResult(
            order_id=row["order_id"],
            outcome=row["outcome"],
            occurred_on=row["occurred_on"],
            bank_reference=row["bank_reference"],
            reason=strike_optional(row["reason"]),
            amount_fen=row["amount_fen"],
            line=row["line"],
            at=str(row["line"]),
        )
        for row in rows.iter_rows(named=True)
    ]
    copied = rows.select("order_id", *(name for name in COMPARED if name in file.table.forms))
    return BankAnswer(results, file.read, file.mistakes, copied, file, skipped=file.skipped, warnings=file.warnings)


def _of_message(message: Message) -> BankAnswer:
    if message.read > MAX_ROWS:
        raise refused("too_many_rows", TOO_MANY_ROWS, max_rows=MAX_ROWS)
    return BankAnswer(
        message.results,
        message.read,
        message.mistakes,
        message=message,
        skipped=message.skipped,
        warnings=message.warnings,
    )


def _mistakes(error: ValidationError) -> Sequence[FieldError]:
    found: list[dict[str, Any]] = error.errors(include_url=False, include_input=False)  # type: ignore[assignment]
    return [field_error("/".join(["", *map(str, each["loc"])]), each) for each in found[:MAX_ERRORS]]
