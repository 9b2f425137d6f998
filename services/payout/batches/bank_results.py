"""Reading the bank's answer: JSON, CSV (UTF-8, then GB18030, strictly) or XLSX, with the field names or Chinese headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from python_calamine import CalamineError, CalamineWorkbook

from services.payout.batches.domain import Answer, Result
from services.payout.batches.files import COMPARED
from services.payout.batches.schemas import ResultRow, ResultsBody
from shared import spreadsheets
from shared.errors import FieldError, Invalid
from shared.media_types import CSV, JSON, XLSX
from shared.money import NotAnAmountInYuanError, fen_of_yuan

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


def read(content: bytes, media_type: str) -> Answer:
    """Return the bank's answer; raises Problem 415 or 422 with each row's mistakes."""
    kind = spreadsheets.detect_format(spreadsheets.declared_format(media_type, (JSON, CSV, XLSX)), content, JSON)
    if kind == JSON:
        try:
            rows = ResultsBody.model_validate_json(content).rows
        except ValidationError as error:
            raise Invalid("See `errors` for each mistake.", errors=_errors(error)) from error
        return Answer([_result(row) for row in rows])
    return _of_cells(cells_of(content, kind))


def cells_of(content: bytes, kind: str) -> Iterable[Sequence[Any]]:
    """Return the cells of a CSV or XLSX file, line by line: text, of a workbook also numbers and days. Raises Problem 422."""
    return _csv_rows(content) if kind == CSV else _xlsx_rows(content)


def _result(row: ResultRow, copied: Mapping[str, str] | None = None) -> Result:
    return Result(
        str(row.order_id),
        row.outcome,
        row.occurred_on,
        row.bank_reference,
        row.reason or None,
        row.amount_fen,
        copied or {},
    )


def _csv_rows(content: bytes) -> Iterable[Sequence[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return csv.reader(io.StringIO(content.decode(encoding), newline=""), strict=True)
        except UnicodeDecodeError:
            continue
    raise Invalid("The file is neither UTF-8 nor GB18030 throughout: save it as CSV in UTF-8 and send it again.")


def _xlsx_rows(content: bytes) -> Iterable[Sequence[Any]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows: list[list[Any]] = workbook.get_sheet_by_index(0).to_python()
    except (CalamineError, ValueError, IndexError) as error:
        raise Invalid(
            "The file is no workbook with a sheet of rows: save it as .xlsx, the rows on its first sheet."
        ) from error
    return rows


def _of_cells(rows: Iterable[Sequence[Any]]) -> Answer:
    found: list[Result] = []
    checksum: str | None = None
    errors: list[FieldError] = []
    names: list[str] | None = None
    try:
        for row in rows:
            cells = [spreadsheets.cell_text(cell).strip() for cell in row]
            if not any(cells) or cells[0] == "合计":
                continue
            if cells[0] == "校验":
                checksum = next((cell for cell in cells[1:] if cell), None)
                continue
            if names is None:
                names = [FIELDS.get(cell, cell) for cell in cells]
                continue
            if len(found) + len(errors) >= MAX_ROWS:
                raise Invalid("An answer has at most {max_rows} rows: send the rest as another.", max_rows=MAX_ROWS)
            lost = [names[place] for place in spreadsheets.inexact_numbers(row) if place < len(names)]
            if lost:
                pointer = f"/rows/{len(found) + len(errors)}/{lost[0]}"
                errors.append(
                    FieldError(pointer, "digits_lost", "a number this long has lost digits: format the column as text")
                )
                continue
            _take(dict(zip(names, cells, strict=False)), len(found), found, errors)
    except csv.Error as error:
        raise Invalid(
            "The CSV is broken off or wrongly quoted behind {value} rows.", value=len(found) + len(errors)
        ) from error
    if names is None or errors or not found:
        raise Invalid("See `errors` for each mistake; a heading line and at least one row are needed.", errors=errors)
    return Answer(found, checksum)


def _take(cells: dict[str, str], place: int, found: list[Result], errors: list[FieldError]) -> None:
    known = {name: value for name, value in cells.items() if value and name in ResultRow.model_fields}
    known["outcome"] = OUTCOMES.get(known.get("outcome", ""), known.get("outcome", ""))
    values: dict[str, object] = dict(known)
    try:
        if cells.get("amount_yuan"):
            values["amount_fen"] = fen_of_yuan(cells["amount_yuan"].replace(",", ""))
        copied = {heading: cells[heading] for heading in COMPARED if heading in cells}
        found.append(_result(ResultRow.model_validate(values), copied))
    except NotAnAmountInYuanError:
        errors.append(FieldError(f"/rows/{place + len(errors)}/amount_yuan", "amount", "no amount in yuan"))
    except ValidationError as error:
        errors.extend(
            FieldError(
                f"/rows/{place + len(errors)}/{'/'.join(map(str, mistake['loc']))}", mistake["type"], mistake["msg"]
            )
            for mistake in error.errors(include_url=False, include_input=False)[:1]
        )


def _errors(error: ValidationError) -> list[FieldError]:
    return [
        FieldError("/" + "/".join(map(str, mistake["loc"])), mistake["type"], mistake["msg"])
        for mistake in error.errors(include_url=False, include_input=False)[:1_000]
    ]
