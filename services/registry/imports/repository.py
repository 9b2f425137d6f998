"""Store and load uploads, errors and rejected rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson
import polars as pl
from sqlalchemy import Connection, delete, insert, select, tuple_

from services.registry.cipher import AccountCipher
from services.registry.imports.domain import CHUNK_BYTES, MAX_CORRECTIONS_SHOWN, Upload
from services.registry.imports.tables import import_chunks, import_errors, import_rejected_rows, imports
from shared.database.bulk import copy_frame, copy_rows
from shared.database.engine import Database
from shared.system_tables import audit_log


def keep_upload(connection: Connection, import_id: UUID, upload: Upload, cipher: AccountCipher) -> None:
    """Store an uploaded file in sealed pieces, so that any worker can take the import: it may hold account numbers."""
    row = {"id": import_id, "media_type": upload.media_type, "bytes": upload.size, "sha256": upload.sha256}
    connection.execute(insert(imports).values(row))
    pieces = iter(lambda: upload.file.read(CHUNK_BYTES), b"")
    rows = ((import_id, number, cipher.seal_bytes(piece)) for number, piece in enumerate(pieces))
    copy_rows(connection, import_chunks.name, ("import_id", "number", "data"), rows)


def read_upload(database: Database, import_id: UUID, cipher: AccountCipher) -> Iterator[bytes]:
    """Read an uploaded file from its beginning, piece by piece."""
    query = select(import_chunks.c.data).where(import_chunks.c.import_id == import_id)
    number = 0
    with database.reading() as connection:
        while (
            data := connection.execute(query.where(import_chunks.c.number == number)).scalar_one_or_none()
        ) is not None:
            yield cipher.open_bytes(bytes(data))
            number += 1


def get_upload(connection: Connection, import_id: UUID) -> Any:
    """Return the row of an uploaded file."""
    return connection.execute(select(imports).where(imports.c.id == import_id)).one()


def delete_upload(connection: Connection, import_id: UUID) -> None:
    """Delete an uploaded file: its accepted rows are in the revision."""
    connection.execute(delete(import_chunks).where(import_chunks.c.import_id == import_id))


def keep_errors(connection: Connection, import_id: UUID, sheet: int, dataset: str, errors: pl.DataFrame) -> None:
    """Store errors of one sheet (as ERRORS_SCHEMA)."""
    numbered = errors.sort("line", maintain_order=True).with_columns(
        pl.lit(str(import_id)).alias("import_id"),
        pl.lit(sheet).alias("sheet"),
        pl.lit(dataset).alias("dataset"),
        pl.int_range(pl.len()).over("line").alias("number"),
    )
    copy_frame(connection, import_errors.name, numbered)


def keep_rejected_rows(
    connection: Connection, import_id: UUID, sheet: int, rows: Iterable[tuple[int, list[str]]], cipher: AccountCipher
) -> None:
    """Store rejected rows as they were written, sealed: they may hold account numbers."""
    copy_rows(
        connection,
        import_rejected_rows.name,
        ("import_id", "sheet", "line", "cells"),
        ((import_id, sheet, line, cipher.seal(orjson.dumps(cells).decode())) for line, cells in rows),
    )


def keep_headings(connection: Connection, import_id: UUID, headings: dict[str, Any]) -> None:
    """Store the headings of the sheets that have rejected rows."""
    connection.execute(imports.update().where(imports.c.id == import_id).values(headings=headings))


def corrections_of(connection: Connection, import_id: UUID) -> list[UUID]:
    """Return the newest imports that sent refused rows of an import again, as the audit log has them."""
    subjects = audit_log.c.subjects  # the import that was corrected, then the one that was made
    query = (
        select(subjects[2])
        .where(
            audit_log.c.act == "correct_import",
            subjects.contains([str(import_id)]),
            subjects[1] == str(import_id),
        )
        .order_by(audit_log.c.id.desc())
        .limit(MAX_CORRECTIONS_SHOWN)
    )
    return [UUID(each) for each in connection.execute(query).scalars()]


def errors_after(
    connection: Connection, import_id: UUID, after: Sequence[int] | None, limit: int
) -> list[dict[str, Any]]:
    """Return up to `limit` + 1 errors in the order of sheet and line, those after (sheet, line, number) `after`."""
    place = tuple_(import_errors.c.sheet, import_errors.c.line, import_errors.c.number)
    query = select(import_errors).where(import_errors.c.import_id == import_id)
    if after is not None:
        query = query.where(place > after)
    return [dict(row._mapping) for row in connection.execute(query.order_by(place).limit(limit + 1))]


def rejected_rows_after(
    connection: Connection, import_id: UUID, after: Sequence[int] | None, limit: int, cipher: AccountCipher
) -> list[dict[str, Any]]:
    """Return up to `limit` + 1 rejected rows in the order of sheet and line, with their errors, after (sheet, line) `after`."""
    row_place = tuple_(import_rejected_rows.c.sheet, import_rejected_rows.c.line)
    query = select(import_rejected_rows).where(import_rejected_rows.c.import_id == import_id)
    if after is not None:
        query = query.where(row_place > after)
    found = {
        (row.sheet, row.line): {
            "sheet": row.sheet,
            "line": row.line,
            "cells": orjson.loads(cipher.open(row.cells)),
            "errors": [],
        }
        for row in connection.execute(query.order_by(row_place).limit(limit + 1))
    }
    if found:
        error_place = tuple_(import_errors.c.sheet, import_errors.c.line)
        errors = select(import_errors).where(
            import_errors.c.import_id == import_id, error_place >= min(found), error_place <= max(found)
        )
        for error in connection.execute(errors.order_by(error_place, import_errors.c.number)):
            found[error.sheet, error.line]["errors"].append(dict(error._mapping))
    return list(found.values())


def rejected_rows(
    connection: Connection, import_id: UUID, sheet: int, cipher: AccountCipher
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rejected rows of a sheet in the order of their lines."""
    query = (
        select(import_rejected_rows.c.line, import_rejected_rows.c.cells)
        .where(import_rejected_rows.c.import_id == import_id, import_rejected_rows.c.sheet == sheet)
        .order_by(import_rejected_rows.c.line)
    )
    for row in connection.execute(query):
        yield row.line, orjson.loads(cipher.open(row.cells))
