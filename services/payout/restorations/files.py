"""Reading a batch's own file back: the rows that went to the bank, if the seal proves that payout made it and nothing is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from services.payout.batches.answer_file import AnswerFile, read_file
from services.payout.batches.columns import OWN_FILE
from services.payout.batches.files import ADDED, COMPARED, HEADINGS, checksum_of
from services.payout.batches.iso20022 import pain001
from services.payout.budgets.domain import Classification
from services.payout.restorations.domain import SentRow
from services.payout.seals import Sealed, Seals
from shared import spreadsheets
from shared.errors import FieldError
from shared.files.domain import refused, refused_for
from shared.media_types import CSV, FILE_TYPES, TEXT_XML, XLSX, XML

_PURPOSE = re.compile(r"\S+ ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([0-9]{1,2})")


@dataclass(frozen=True)
class SentFile:
    """A batch's own file: its rows, what they say of accounts, its checksum, and what its seal says of it.

    `copied` has `order_id` and the columns COMPARED.
    """

    rows: list[SentRow]
    copied: pl.DataFrame
    checksum: str
    sealed: Sealed


def read(content: bytes, media_type: str, seals: Seals, today: date) -> SentFile:
    """Return a batch's own file.

    It may have been saved again as long as nothing was lost. Raises UnsupportedMediaType, or FileRefused if it is not such a
    file, was changed, or was not made by payout.
    """
    kind = spreadsheets.declared_format(media_type, (CSV, XLSX, XML, TEXT_XML, *FILE_TYPES))
    if spreadsheets.is_xml(kind, content):
        sent, checksum, seal = pain001.read(content)
        return _sent([_row_of_message(each) for each in sent.iter_rows(named=True)], sent, sent, checksum, seal, seals)
    file = read_file(content, OWN_FILE, today)
    errors = [mistake for _, mistake in file.mistakes]
    rows = [row for found in file.rows.iter_rows(named=True) if (row := _row(file, found, errors)) is not None]
    if errors:
        raise refused_for(errors)
    copied = file.rows.select(
        pl.col("order_id").str.to_lowercase(), *(name for name in COMPARED if name in file.table.forms)
    )
    return _sent(rows, _as_sent(file), copied, file.checksum, file.seal, seals)


def _sent(
    rows: list[SentRow],
    as_sent: pl.DataFrame,
    copied: pl.DataFrame,
    checksum: str | None,
    seal: str | None,
    seals: Seals,
) -> SentFile:
    """Return the file with these rows if the seal proves that payout made it; raises FileRefused."""
    if checksum is None:
        raise refused("no_checksum", "Send the file of a batch as it went to the bank, with its checksum line.")
    if checksum_of(as_sent) != checksum:
        raise refused("file_changed", "The checksum does not match the rows. Send the file as it went to the bank.")
    if seal is None:
        raise refused("no_seal", "Send the file of a batch as it went to the bank, with the seal in its last line.")
    sealed = seals.opened(seal, checksum)
    if sealed is None:
        raise refused("another_seal", "This installation did not make the file: its seal was made with another key.")
    return SentFile(
        rows, copied.select("order_id", *(name for name in COMPARED if name in copied.columns)), checksum, sealed
    )


def _row(file: AnswerFile, found: dict[str, object], errors: list[FieldError]) -> SentRow | None:
    award_id, instalment = found["award_id"], found["instalment"]
    if award_id is None:  # a file of before
        purpose = _PURPOSE.fullmatch(str(found["purpose"]))
        award_id, instalment = purpose.groups() if purpose else (None, None)
    if award_id is None or instalment is None:
        at = file.table.at(int(str(found["line"])), "purpose")
        errors.append(FieldError(at, "not_of_a_batch", "This is not a row of a batch's file."))
        return None
    return SentRow(
        str(found["order_id"]).lower(),
        str(found["payee_uscc"]),
        int(str(found["amount_fen"])),
        str(award_id),
        int(str(instalment)),
        Classification(*(found[name] for name in Classification._fields)),  # type: ignore[arg-type]
    )


def _row_of_message(row: dict[str, Any]) -> SentRow:
    return SentRow(
        row["order_id"],
        row["payee_uscc"],
        row["amount_fen"],
        row["award_id"],
        int(row["instalment"]),
        Classification(*(row[name] for name in Classification._fields)),
    )


def _as_sent(file: AnswerFile) -> pl.DataFrame:
    """Return the rows as a batch's file has them, whatever software has made of numbers."""
    amounts = file.rows.select("line", "amount_fen")
    rows = file.cells.drop("amount_fen", "place", strict=False).join(amounts, on="line", maintain_order="left")
    added = ADDED if "award_id" in file.table.forms else ()
    return rows.with_row_index("place", offset=1).select(
        name for name in HEADINGS if name not in ADDED or name in added
    )
