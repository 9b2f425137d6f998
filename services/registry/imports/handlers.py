"""Start and run imports. An import ends in one transaction, so that it can be run again after a crash."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection

from services.registry.cipher import AccountCipher
from services.registry.datasets.validation_errors import ERRORS_SCHEMA
from services.registry.imports import repository
from services.registry.imports.csv_file import CsvFile
from services.registry.imports.domain import KIND, MAX_KEPT_ROWS, Mode, Order, Table, refused
from services.registry.imports.ndjson_file import NdjsonFile
from services.registry.imports.xlsx_file import XlsxFile
from services.registry.revisions import repository as store
from services.registry.revisions.domain import Author, Kind, Published, RowsRefused
from services.registry.revisions.staging import Staging
from services.registry.settings import Settings
from shared.catalogue.datasets import CATALOGUE
from shared.clock import Clock
from shared.database.engine import Database
from shared.errors import DomainError
from shared.jobs import repository as jobs
from shared.jobs.runner import RunningJob
from shared.media_types import CSV, NDJSON


@dataclass(slots=True)
class Tally:
    """Counts of one table: rows read and rejected, and the errors of at most MAX_KEPT_ROWS rows."""

    table: Table
    read: int = 0
    rejected: set[int] = field(default_factory=set)
    kept: list[pl.DataFrame] = field(default_factory=list)

    def add(self, errors: pl.DataFrame) -> None:
        """Count rows with errors, and keep the errors while there is room."""
        if errors.is_empty():
            return
        room = MAX_KEPT_ROWS - len(self.rejected)
        new = errors.get_column("line").unique(maintain_order=True)
        kept = new.head(max(room, 0))
        self.rejected.update(new)
        self.kept.append(errors.filter(pl.col("line").is_in(kept.implode())))

    def errors(self) -> pl.DataFrame:
        """Return the errors that were kept."""
        return pl.concat(self.kept) if self.kept else pl.DataFrame(schema=ERRORS_SCHEMA)


def start_import(
    connection: Connection,
    order: Order,
    file: IO[bytes],
    *,
    size: int,
    sha256: str,
    by: str,
    clock: Clock,
    cipher: AccountCipher,
) -> dict[str, Any]:
    """Store the file and queue its import; returns the job. The file is stored before the caller is answered."""
    import_id = jobs.enqueue(connection, KIND, order.as_input(), by=by, now=clock.now())
    repository.keep_upload(
        connection, import_id, file, media_type=order.media_type, size=size, sha256=sha256, cipher=cipher
    )
    return view(connection, import_id)


def view(connection: Connection, import_id: UUID) -> dict[str, Any]:
    """Return an import as the API shows it; raises NotFound."""
    row = jobs.get(connection, import_id, KIND)
    order = Order.of_input(row.input)
    asked = {"dataset": order.dataset, "mode": order.mode.value, "dry_run": order.dry_run}
    nothing = {"read": 0, "accepted": 0, "unchanged": 0, "rejected": 0}
    return asked | {"rows": nothing, "revision": None} | jobs.view(row)


class ImportRunner:
    """Runs imports, in a worker."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, cipher: AccountCipher) -> None:
        """Prepare to run imports."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self._cipher = cipher

    def __call__(self, job: RunningJob) -> None:
        """Run one import to its end; raises FileRefused for a file that cannot be read."""
        order = Order.of_input(job.input)
        try:
            with self._tables(job.id, order) as tables, self._database.transaction() as connection:
                self._run(connection, job, order, tables)
        except DomainError:
            with self._database.transaction() as connection:
                repository.forget_upload(connection, job.id)
            raise

    def _run(self, connection: Connection, job: RunningJob, order: Order, tables: Sequence[Table]) -> None:
        staged, tallies = self._stage(connection, job, tables)
        savepoint = connection.begin_nested()
        author = Author(
            kind=Kind.IMPORT,
            actor=job.created_by,
            at=self._clock.now(),
            source=order.source,
            reason=order.reason,
            import_id=job.id,
        )
        published = store.publish(connection, staged, author)
        for tally in tallies:
            tally.add(published.errors.get(tally.table.dataset.name, pl.DataFrame(schema=ERRORS_SCHEMA)))
        rejected = sum(len(tally.rejected) for tally in tallies)
        spoilt = bool(rejected) and order.mode is Mode.ALL_OR_NOTHING
        if spoilt or order.dry_run:
            savepoint.rollback()
        else:
            savepoint.commit()
        repository.lock_running(connection, job.id)
        self._keep_errors(connection, job.id, tallies)
        repository.forget_upload(connection, job.id)
        result = _result(tallies, published, stored=not order.dry_run, spoilt=spoilt)
        job.succeed(connection, result)
        if spoilt:
            refused = RowsRefused(
                "{count:,} rows were refused; see the import's errors. Nothing was stored.", count=rejected
            )
            jobs.fail(connection, job.id, refused)

    def _stage(
        self, connection: Connection, job: RunningJob, tables: Sequence[Table]
    ) -> tuple[list[Staging], list[Tally]]:
        staged, tallies = [], []
        for table in tables:
            staging, tally = Staging(connection, table.dataset), Tally(table)
            with _without_garbage_collection():
                for part in table.parts():
                    staging.add(self._cipher.seal_columns(part.checked.rows, table.dataset.sensitive))
                    tally.read += part.checked.read
                    tally.add(part.checked.errors)
                    job.progress(part.done, part.total)
            staging.analyse()
            staged.append(staging)
            tallies.append(tally)
        return staged, tallies

    def _keep_errors(self, connection: Connection, import_id: UUID, tallies: Sequence[Tally]) -> None:
        headings: dict[str, Any] = {}
        for tally in tallies:
            errors = tally.errors()
            if errors.is_empty():
                continue
            table = tally.table
            headings[str(table.sheet)] = {"dataset": table.dataset.name, "headings": table.headings}
            repository.keep_errors(connection, import_id, table.sheet, table.dataset.name, errors)
            lines = frozenset(errors.get_column("line").to_list())
            repository.keep_rejected_rows(connection, import_id, table.sheet, table.rows(lines), self._cipher)
        if headings:
            repository.keep_headings(connection, import_id, headings)

    @contextmanager
    def _tables(self, import_id: UUID, order: Order) -> Iterator[list[Table]]:
        """Open the uploaded file as tables of datasets."""
        with self._database.reading() as connection:
            size = repository.upload(connection, import_id).bytes

        def chunks() -> Iterator[bytes]:
            return repository.read_upload(self._database, import_id, self._cipher)

        if order.media_type in (CSV, NDJSON):
            if order.dataset is None:
                raise refused("no_dataset", "Name the dataset; only a workbook may hold several.", pointer="dataset")
            reader: Callable[..., Table] = CsvFile if order.media_type == CSV else NdjsonFile
            yield [reader(chunks, size, CATALOGUE[order.dataset])]
            return
        with tempfile.TemporaryFile() as file:
            for chunk in chunks():
                file.write(chunk)
            book = XlsxFile(file, self._settings.workbook_max_bytes)
            yield [book.table(CATALOGUE[order.dataset], order.sheet)] if order.dataset else list(book.tables())


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Read a file without garbage collection, which walks all rows again and again: it took half of the time.

    Rows are lists of text without cycles, so they are freed all the same.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _result(tallies: Sequence[Tally], published: Published, *, stored: bool, spoilt: bool) -> dict[str, Any]:
    rows = {
        "read": sum(tally.read for tally in tallies),
        "accepted": 0 if spoilt else published.accepted,
        "unchanged": 0 if spoilt else published.unchanged,
        "rejected": sum(len(tally.rejected) for tally in tallies),
    }
    kept = sum(min(len(tally.rejected), MAX_KEPT_ROWS) for tally in tallies)
    by_dataset = {tally.table.dataset.name: {"read": tally.read, "rejected": len(tally.rejected)} for tally in tallies}
    return {
        "rows": rows,
        "revision": published.revision if stored and not spoilt else None,
        "changed": published.changed and stored and not spoilt,
        "datasets": by_dataset,
        "errors_truncated": kept < rows["rejected"],
    }
