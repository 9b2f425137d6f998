"""Reading the bank's answer: JSON, CSV or XLSX, with the field names or Chinese headings."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.payout.batches.domain import BankAnswer, BankResult
from services.payout.batches.files import CHECKSUM, COMPARED, TOTAL, read_cells
from shared import spreadsheets
from shared.days import Day
from shared.errors import FieldError, Invalid, field_error
from shared.free_text import strike_long_numbers
from shared.media_types import CSV, JSON, XLSX
from shared.money import MAX_FEN, NotAnAmountInYuanError, fen_of_yuan

FIELDS = {
    "支付令编号": "order_id",
    "结果": "outcome",
    "日期": "occurred_on",
    "银行流水号": "bank_reference",
    "原因": "reason",
    "金额（元）": "amount_yuan",
}
OUTCOMES = {"成功": "settled", "失败": "failed", "退回": "returned"}
MAX_ROWS = 200_000
MAX_ERRORS = 1_000


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ResultRow(BaseModel):
    """What the bank reports of one order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_id: UUID
    outcome: Literal["settled", "failed", "returned"]
    occurred_on: Day
    bank_reference: Text
    reason: (
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(strike_long_numbers)]
        | None
    ) = None
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


def read(content: bytes, media_type: str) -> BankAnswer:
    """Return the bank's answer; raises UnsupportedMediaType, or Invalid with each row's mistakes."""
    kind = spreadsheets.detect_format(spreadsheets.declared_format(media_type, (JSON, CSV, XLSX)), content, JSON)
    if kind != JSON:
        return _from_cells(read_cells(content, kind))
    try:
        return BankAnswer([_result(row) for row in ResultsBody.model_validate_json(content).rows])
    except ValidationError as error:
        raise Invalid("See `errors` for each mistake.", errors=_mistakes(error, "")[:MAX_ERRORS]) from error


def _result(row: ResultRow, copied: Mapping[str, str] | None = None) -> BankResult:
    return BankResult(
        str(row.order_id),
        row.outcome,
        row.occurred_on,
        row.bank_reference,
        row.reason or None,
        row.amount_fen,
        copied or {},
    )


def _from_cells(rows: Iterable[Sequence[Any]]) -> BankAnswer:
    results: list[BankResult] = []
    checksum: str | None = None
    errors: list[FieldError] = []
    names: list[str] | None = None
    try:
        for row in rows:
            cells = [spreadsheets.cell_text(cell).strip() for cell in row]
            place = len(results) + len(errors)
            if not any(cells) or cells[0] == TOTAL:
                continue
            if cells[0] == CHECKSUM:
                checksum = next((cell for cell in cells[1:] if cell), None)
            elif names is None:
                names = [FIELDS.get(cell, cell) for cell in cells]
            elif place >= MAX_ROWS:
                raise Invalid(
                    "An answer may have at most {max_rows} rows. Send the rest as another answer.", max_rows=MAX_ROWS
                )
            elif inexact := [names[cell] for cell in spreadsheets.inexact_numbers(row) if cell < len(names)]:
                at = f"/rows/{place}/{inexact[0]}"
                errors.append(
                    FieldError(at, "digits_lost", "A number this long has lost digits. Format the column as text.")
                )
            else:
                _read_row(dict(zip(names, cells, strict=False)), f"/rows/{place}", results, errors)
    except csv.Error as error:
        raise Invalid(
            "The CSV ends early or is wrongly quoted after {rows} rows.", rows=len(results) + len(errors)
        ) from error
    if errors or not results:
        raise Invalid(
            "See `errors` for each mistake. The file must have a heading line and at least one row.", errors=errors
        )
    return BankAnswer(results, checksum)


def _read_row(cells: dict[str, str], at: str, results: list[BankResult], errors: list[FieldError]) -> None:
    values: dict[str, object] = {
        name: value for name, value in cells.items() if value and name in ResultRow.model_fields
    }
    outcome = cells.get("outcome", "")
    values["outcome"] = OUTCOMES.get(outcome, outcome)
    try:
        if cells.get("amount_yuan"):
            values["amount_fen"] = fen_of_yuan(cells["amount_yuan"].replace(",", ""))
        copied = {heading: cells[heading] for heading in COMPARED if heading in cells}
        results.append(_result(ResultRow.model_validate(values), copied))
    except NotAnAmountInYuanError:
        errors.append(FieldError(f"{at}/amount_yuan", "amount", "This is not an amount in yuan."))
    except ValidationError as error:
        errors += _mistakes(error, at)[:1]


def _mistakes(error: ValidationError, at: str) -> list[FieldError]:
    found = error.errors(include_url=False, include_input=False)
    return [field_error("/".join([at, *map(str, each["loc"])]), each) for each in found]
