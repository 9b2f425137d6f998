"""Start and run imports. An import ends in one transaction, so that it can be run again after a crash."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row

from services.registry.cipher import AccountCipher
from services.registry.imports import repository
from services.registry.imports.domain import KIND, MAX_KEPT_ROWS, MAX_OPEN, ImportOptions, Mode, Table, Upload
from services.registry.imports.ndjson_file import NdjsonFile
from services.registry.imports.tabular_file import open_tables
from services.registry.revisions import repository as store
from services.registry.revisions.domain import Author, Kind, Published, RowsRefused
from services.registry.revisions.staging import Staging
from services.registry.settings import Settings
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.validation_errors import no_errors
from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.errors import DomainError
from shared.files.domain import Warnings, refused
from shared.i18n import N_
from shared.jobs import repository as jobs
from shared.jobs.runner import RunningJob
from shared.media_types import NDJSON, XLSX

HOLDER_DIFFERS = N_("These accounts have another holder than the enterprise; what is paid to them is marked.")


@dataclass(slots=True)
class TableCounts:
    """Counts of one table: rows read, skipped and rejected, and the errors of at most MAX_KEPT_ROWS rows."""

    table: Table
    read: int = 0
    skipped: int = 0
    rejected: set[int] = field(default_factory=set)
    kept: list[pl.DataFrame] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The table's dataset."""
        return self.table.dataset.name

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
        return pl.concat(self.kept) if self.kept else no_errors()


def start_import(
    connection: Connection, options: ImportOptions, upload: Upload, *, by: str, clock: Clock, cipher: AccountCipher
) -> dict[str, Any]:
    """Store the file and queue its import; returns the job. The file is stored before the caller is answered.

    Raises TooManyRequests if MAX_OPEN files of this client wait.
    """
    import_id = jobs.enqueue(connection, KIND, options.as_input(), by=by, now=clock.now(), most=MAX_OPEN)
    repository.keep_upload(connection, import_id, upload, cipher)
    return view(connection, import_id)


def view(connection: Connection, import_id: UUID) -> dict[str, Any]:
    """Return an import as the API shows it; raises NotFound."""
    return _shown(jobs.get(connection, import_id, KIND))


def corrections_of(connection: Connection, import_id: UUID) -> list[dict[str, Any]]:
    """Return the imports by which refused rows of an import were sent again: when, how far they are, what became of the rows."""
    ids = repository.corrections_of(connection, import_id)
    found = map(_shown, reversed(jobs.find(connection, KIND, ids=ids, limit=len(ids)))) if ids else ()
    return [{name: each[name] for name in ("id", "created_at", "state", "rows")} for each in found]


def find(connection: Connection, *, by: str | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` imports older than the import `after`, the newest first; `by`: only those of this client."""
    return [_shown(row) for row in jobs.find(connection, KIND, by=by, after=after, limit=limit)]


def _shown(row: Row[Any]) -> dict[str, Any]:
    options = ImportOptions.of_input(row.input)
    asked = {
        "dataset": options.dataset,
        "mode": options.mode.value,
        "dry_run": options.dry_run,
        "source": options.source,
    }
    return asked | _WITHOUT_RESULT | jobs.view(row)


_WITHOUT_RESULT: dict[str, Any] = {
    "rows": {"read": 0, "accepted": 0, "unchanged": 0, "rejected": 0},
    "skipped": 0,
    "warnings": [],
    "revision": None,
    "draft": None,
    "changed": False,
    "datasets": {},
    "clearing": {},
    "errors_truncated": False,
}
"""What an import shows that waits, runs or could not be read at all: its result is empty, not absent."""


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
        options = ImportOptions.of_input(job.input)
        try:
            with self._tables(job.id, options) as (tables, warnings), self._database.transaction() as connection:
                self._run(connection, job, options, tables, warnings)
        except DomainError:
            with self._database.transaction() as connection:
                repository.delete_upload(connection, job.id)
            raise

    def _run(
        self,
        connection: Connection,
        job: RunningJob,
        options: ImportOptions,
        tables: Sequence[Table],
        warnings: Warnings,
    ) -> None:
        staged, counts = self._stage(connection, job, tables)
        savepoint = connection.begin_nested()
        author = Author(
            kind=Kind.IMPORT,
            actor=job.created_by,
            at=self._clock.now(),
            source=options.source,
            reason=options.reason,
            import_id=job.id,
        )
        published = store.publish(connection, staged, author, clearing=options.clearing)
        for staging in staged:
            warnings.warn("holder_differs", HOLDER_DIFFERS, staging.lines_of_other_holders())
        for table in counts:
            table.add(published.errors.get(table.name, no_errors()))
        rejected = sum(len(table.rejected) for table in counts)
        rolled_back = bool(rejected) and options.mode is Mode.ALL_OR_NOTHING
        if rolled_back or options.dry_run:
            savepoint.rollback()
        else:
            savepoint.commit()
        jobs.lock_running(connection, job.id)
        self._keep_errors(connection, job.id, counts)
        repository.delete_upload(connection, job.id)
        result = _result(counts, published, stored=not options.dry_run, rolled_back=rolled_back)
        result["warnings"] = warnings.as_data()
        if rolled_back:
            error = RowsRefused(
                "{count:,} rows were refused; see the import's errors. Nothing was stored.", count=rejected
            )
            jobs.fail(connection, job.id, error, result)
        else:
            job.succeed(connection, result)

    def _stage(
        self, connection: Connection, job: RunningJob, tables: Sequence[Table]
    ) -> tuple[list[Staging], list[TableCounts]]:
        staged, counts = [], []
        for table in tables:
            staging, table_counts = Staging(connection, table.dataset), TableCounts(table)
            for part in table.parts():
                staging.add(self._cipher.seal_columns(part.checked.rows, table.dataset.sensitive))
                table_counts.read += part.checked.read
                table_counts.skipped = part.skipped
                table_counts.add(part.checked.errors)
                job.progress(part.done, part.total)
            staging.analyse()
            staged.append(staging)
            counts.append(table_counts)
        return staged, counts

    def _keep_errors(self, connection: Connection, import_id: UUID, counts: Sequence[TableCounts]) -> None:
        headings: dict[str, Any] = {}
        for table in counts:
            errors = table.errors()
            if errors.is_empty():
                continue
            file = table.table
            headings[str(file.sheet)] = {"dataset": file.dataset.name, **file.outline}
            repository.keep_errors(connection, import_id, file.sheet, file.dataset.name, errors)
            lines = frozenset(errors.get_column("line").to_list())
            repository.keep_rejected_rows(connection, import_id, file.sheet, file.rows(lines), self._cipher)
        if headings:
            repository.keep_headings(connection, import_id, headings)

    @contextmanager
    def _tables(self, import_id: UUID, options: ImportOptions) -> Iterator[tuple[Sequence[Table], Warnings]]:
        """Open the uploaded file as tables of datasets."""
        with self._database.reading() as connection:
            size = repository.get_upload(connection, import_id).bytes

        def chunks() -> Iterator[bytes]:
            return repository.read_upload(self._database, import_id, self._cipher)

        if options.dataset is None and options.media_type != XLSX:
            raise refused("no_dataset", "Name the dataset; only a workbook may hold several.", pointer="dataset")
        dataset = CATALOGUE[options.dataset] if options.dataset else None
        if options.media_type == NDJSON:
            assert dataset is not None
            yield [NdjsonFile(chunks, size, dataset)], Warnings()
            return
        with tempfile.TemporaryFile() as file:
            for chunk in chunks():
                file.write(chunk)
            today = calendar_date(self._clock.now())
            yield open_tables(file, dataset, options.sheet, today, self._settings.workbook_max_bytes)


def _result(counts: Sequence[TableCounts], published: Published, *, stored: bool, rolled_back: bool) -> dict[str, Any]:
    rows = {
        "read": sum(table.read for table in counts),
        "accepted": 0 if rolled_back else published.accepted,
        "unchanged": 0 if rolled_back else published.unchanged,
        "rejected": sum(len(table.rejected) for table in counts),
    }
    kept = sum(min(len(table.rejected), MAX_KEPT_ROWS) for table in counts)
    kept_in = published.drafts if stored and not rolled_back else {}
    by_dataset = {
        table.name: {"read": table.read, "rejected": len(table.rejected), "draft": kept_in.get(table.name)}
        for table in counts
    }
    return {
        "rows": rows,
        "skipped": sum(table.skipped for table in counts),
        "revision": published.recorded_in if stored and not rolled_back else None,
        "draft": next(iter(kept_in.values()), None),
        "changed": published.changed and stored and not rolled_back,
        "datasets": by_dataset,
        "clearing": published.clearing,
        "errors_truncated": kept < rows["rejected"],
    }
