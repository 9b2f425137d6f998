"""Refused rows, each cell with what is wrong beside it, and sent again with some cells corrected."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.registry.cipher import AccountCipher
from services.registry.imports import handlers, repository
from services.registry.imports.domain import KIND, ImportOptions, Mode, Upload
from shared.clock import Clock
from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.files.refused_rows import RefusedTable, to_csv
from shared.jobs import repository as jobs
from shared.media_types import CSV

Corrections = Mapping[int, Mapping[int, str]]
"""Cells by line and by place of the column."""


def possible(view: Mapping[str, Any]) -> Iterator[str]:
    """Yield the operations that the state of an import leaves open."""
    if _is_stored(view["state"], dry_run=view["dry_run"]) and view["rows"]["rejected"]:
        yield "correct_import"


def correct(
    connection: Connection,
    import_id: UUID,
    sheet: int,
    rows: Sequence[tuple[int, Sequence[tuple[int, str]]]],
    *,
    by: str,
    clock: Clock,
    cipher: AccountCipher,
    language: str,
) -> dict[str, Any]:
    """Import refused rows of one sheet again, (line, cells) each, with those cells corrected; returns the new import.

    Raises NotFound, Invalid for a line or column that was not refused, and Conflict where the good rows were not stored: the
    whole file is then sent again.
    """
    job = jobs.get(connection, import_id, KIND)
    options = ImportOptions.of_input(job.input)
    if not _is_stored(job.state, dry_run=options.dry_run):
        raise Conflict(
            "Nothing of this import was stored. Correct the file and send the whole of it again.",
            extra={"state": job.state, "possible": []},
        )
    outline = (repository.get_upload(connection, import_id).headings or {}).get(str(sheet))
    if outline is None:
        raise NotFound("This import has no rejected rows there.")
    wanted = {line: dict(cells) for line, cells in rows}
    refused = dict(repository.rejected_rows(connection, import_id, sheet, cipher))
    _require_refused(rows, refused, len(outline["headings"]))
    corrected = [(line, _corrected(cells, wanted[line])) for line, cells in refused.items() if line in wanted]
    again = ImportOptions(
        outline["dataset"], Mode.ACCEPT_VALID, False, CSV, options.clearing, None, options.source, options.reason
    )
    with _upload(RefusedTable(outline, corrected, {}), language) as upload:
        return handlers.start_import(connection, again, upload, by=by, clock=clock, cipher=cipher)


def _is_stored(state: str, *, dry_run: bool) -> bool:
    return state == "succeeded" and not dry_run


def _require_refused(
    rows: Sequence[tuple[int, Sequence[tuple[int, str]]]], refused: Mapping[int, Sequence[str]], columns: int
) -> None:
    errors = []
    for place, (line, cells) in enumerate(rows):
        if line not in refused:
            errors.append(FieldError(f"/rows/{place}/line", "not_refused", "No row of this line was refused."))
        errors += [
            FieldError(f"/rows/{place}/cells/{number}/column", "no_column", "The file has no such column.")
            for number, (column, _) in enumerate(cells)
            if column >= columns
        ]
    if errors:
        raise Invalid("See `errors` for each mistake.", errors=errors)


def _corrected(cells: Sequence[str], changed: Mapping[int, str]) -> list[str]:
    padded = [*cells, *[""] * (max(changed, default=0) + 1 - len(cells))]
    return [changed.get(place, cell) for place, cell in enumerate(padded)]


@contextmanager
def _upload(table: RefusedTable, language: str) -> Iterator[Upload]:
    """Write a table as a file of CSV that is uploaded."""
    digest, size = sha256(), 0
    with tempfile.TemporaryFile() as file:
        for piece in to_csv(table, language):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
        file.seek(0)
        yield Upload(file, CSV, size, digest.hexdigest(), "")
