"""The registry's throughput: files in, snapshots and cards out, each beside the bare work that it cannot do without.

Imports run in a process of their own, as in production, whose peak memory is stated. `make bench ARGS=registry` runs it.
"""

from __future__ import annotations

import base64
import io
import multiprocessing
import random
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

import adbc_driver_postgresql.dbapi as adbc
import polars as pl
import psycopg
import xlsxwriter
from pydantic import SecretStr
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from deploy.local.broker import Broker
from services.registry.arrow_reader import ArrowReader
from services.registry.cipher import AccountCipher
from services.registry.enterprises import repository as enterprises
from services.registry.enterprises.domain import status_on
from services.registry.imports.domain import KIND, ImportOptions, Mode, Upload
from services.registry.imports.handlers import ImportRunner, start_import
from services.registry.imports.tabular_file import open_tables
from services.registry.revisions import changes, formats, snapshots
from services.registry.revisions.domain import Author, Kind
from services.registry.revisions.handlers import Submitted, record_rows
from services.registry.revisions.records import ReadAccess
from services.registry.settings import Settings
from shared.catalogue.datasets import CATALOGUE
from shared.clock import SystemClock, calendar_date
from shared.database.bulk import copy_frame
from shared.database.engine import Database
from shared.files.reader import warm_up
from shared.identifiers import are_uscc
from shared.jobs.runner import JobRunner
from shared.media_types import ARROW, CSV, NDJSON, XLSX
from tests.support.databases import DatabaseServer, ServiceDatabase

ROWS = 1_000_000
SHEET_ROWS = 200_000
YEARS = 5
CHANGED = 1_000
CARDS = 200
CLOCK = SystemClock()
KEY = base64.b64encode(bytes(range(64))).decode()
CIPHER = AccountCipher(KEY)
SALES = CATALOGUE["annual_sales"]

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


@dataclass(frozen=True)
class Figure:
    """A measured duration: `done` things in `seconds`."""

    name: str
    done: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Things per second."""
        return self.done / self.seconds


def timed(name: str, done: int, act: Callable[[], Any]) -> Figure:
    """Measure `act`."""
    started = time.perf_counter()
    act()
    return Figure(name, done, time.perf_counter() - started)


def codes(count: int) -> list[str]:
    """Return `count` valid codes."""
    chance = random.Random(20200102)
    found = []
    for number in range(count):
        body = f"913311{number % 100:02d}{number // 100:05d}" + "".join(chance.choices(_ALPHABET, k=4))
        total = sum(_ALPHABET.index(letter) * weight for letter, weight in zip(body, _WEIGHTS, strict=True))
        found.append(body + _ALPHABET[(31 - total % 31) % 31])
    assert are_uscc(pl.Series(found)).all()
    return found


def sales(rows: int) -> Iterator[tuple[str, int, int]]:
    """Give (code, year, fen) of `rows` rows, YEARS of each enterprise."""
    known = codes(rows // YEARS)
    return (
        (code, 2019 + year, (place * 7919 + year) % 10**11) for place, code in enumerate(known) for year in range(YEARS)
    )


def csv_file(rows: int) -> IO[bytes]:
    """Write a CSV as people send it: Chinese headings, yuan."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with the benchmark
    file.write("统一社会信用代码,年度,网络零售额,平台营业额\r\n".encode())
    for code, year, fen in sales(rows):
        file.write(b"%s,%d,%d.%02d,\r\n" % (code.encode(), year, fen // 100, fen % 100))
    return file


def ndjson_file(rows: int) -> IO[bytes]:
    """Write NDJSON as machines send it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with the benchmark
    for code, year, fen in sales(rows):
        file.write(b'{"uscc":"%s","year":%d,"online_retail_fen":%d}\n' % (code.encode(), year, fen))
    return file


def xlsx_file(rows: int) -> IO[bytes]:
    """Write a sheet as people send it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with the benchmark
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet("annual_sales")
    sheet.write_row(0, 0, ["统一社会信用代码", "年度", "网络零售额", "平台营业额"])
    for row, (code, year, fen) in enumerate(sales(rows), 1):
        sheet.write_string(row, 0, code)
        sheet.write_number(row, 1, year)
        sheet.write_number(row, 2, fen / 100)
    book.close()
    return file


def with_enterprises(server: DatabaseServer, rows: int) -> ServiceDatabase:
    """Return a fresh registry that knows the enterprises of `sales`."""
    made = server.fresh("registry")
    known = codes(rows // YEARS)
    database = made.connect()
    with database.transaction() as connection:
        frame = pl.DataFrame({"uscc": known, "name": [f"丽水样例{code[8:]}有限公司" for code in known]})
        frame = frame.with_columns(
            pl.lit("enterprise").alias("legal_form"),
            pl.lit(date(2015, 1, 1)).alias("registered_on"),
            pl.lit(0).alias("revision"),
        )
        copy_frame(connection, "enterprises", frame)
    database.close()
    with psycopg.connect(made.owner_url, autocommit=True) as connection:
        connection.execute("ANALYZE enterprises")
    return made


def bare_copy(made: ServiceDatabase, rows: int) -> Figure:
    """COPY the same rows into the same table, with its indexes and constraints and nothing else."""
    frame = pl.DataFrame(list(sales(rows)), schema=["uscc", "year", "online_retail_fen"], orient="row")
    frame = frame.with_columns(pl.lit(1).alias("revision"))
    database = made.connect()

    def act() -> None:
        with database.transaction() as connection:
            copy_frame(connection, "annual_sales", frame)

    figure = timed("bare COPY of the rows into annual_sales", rows, act)
    database.close()
    return figure


def peak_mebibytes() -> float:
    """Return this process's peak memory in MiB, without what its parent had before it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        if found:
            return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def settings_of(url: str) -> Settings:
    """Return the settings of a worker on the database at `url`."""
    return Settings(
        database_url=url,
        account_key=SecretStr(KEY),
        kafka_bootstrap_servers="127.0.0.1:1",
        token_issuer="http://issuer.test",
        token_jwks_url="http://issuer.test",
        token_url="http://issuer.test",
    )


def run_import(url: str, answer: Any) -> None:
    """Run the import that waits, as a worker does; tells seconds, rows and peak memory in MiB."""
    database = Database(url, pool_size=6, prepared_statements=False)
    runner = JobRunner(database, {KIND: ImportRunner(database, settings_of(url), CLOCK, CIPHER)})
    warm_up()  # as a worker does when it starts
    started = time.perf_counter()
    runner.step()
    seconds = time.perf_counter() - started
    with database.reading() as connection:
        job = connection.execute(text("SELECT state, result FROM jobs ORDER BY created_at DESC LIMIT 1")).one()
    assert job.state == "succeeded", job
    database.close()
    answer.put((seconds, job.result["rows"], peak_mebibytes()))


def imported(name: str, made: ServiceDatabase, file: IO[bytes], media_type: str, rows: int) -> tuple[Figure, float]:
    """Upload `file` and import it in a process of its own; returns the figure and that process's peak memory in MiB."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    database = made.connect()
    options = ImportOptions(SALES.name, Mode.ALL_OR_NOTHING, dry_run=False, media_type=media_type)
    upload = Upload(file, media_type, size, sha256="", request_hash="")
    with database.transaction() as connection:
        start_import(connection, options, upload, by="bench", clock=CLOCK, cipher=CIPHER)
    database.close()
    spawn = multiprocessing.get_context("spawn")
    answer = spawn.Queue()
    worker = spawn.Process(target=run_import, args=(made.app_url, answer))
    worker.start()
    seconds, counted, mebibytes = answer.get()
    worker.join()
    assert counted["read"] == rows
    return Figure(name, rows, seconds), mebibytes


def small_workbooks(made: ServiceDatabase, times: int = 30) -> float:
    """Import workbooks of a few rows one after the other; returns the median from upload to answer, in ms."""
    database = made.connect()
    runner = JobRunner(database, {KIND: ImportRunner(database, settings_of(made.app_url), CLOCK, CIPHER)})
    warm_up()
    options = ImportOptions(SALES.name, Mode.ALL_OR_NOTHING, dry_run=False, media_type=XLSX)
    taken = []
    for _ in range(times):
        file = xlsx_file(5)
        upload = Upload(file, XLSX, file.seek(0, io.SEEK_END), sha256="", request_hash="")
        file.seek(0)
        started = time.perf_counter()
        with database.transaction() as connection:
            start_import(connection, options, upload, by="bench", clock=CLOCK, cipher=CIPHER)
        runner.step()
        taken.append(time.perf_counter() - started)
    database.close()
    return 1_000 * statistics.median(taken)


def bare_sheet(file: IO[bytes], rows: int) -> Figure:
    """Read every cell of the sheet, nothing else."""
    file.seek(0)

    def act() -> None:
        for _ in CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).iter_rows():
            pass

    return timed("bare reading of the sheet by calamine", rows, act)


def checked_sheet(file: IO[bytes], rows: int) -> Figure:
    """Read the sheet and check every row, as an import does before it stores."""
    warm_up()
    time.sleep(2)

    def act() -> None:
        (table,), _ = open_tables(file, SALES, None, calendar_date(CLOCK.now()), 1 << 31)
        assert sum(part.checked.rows.height for part in table.parts()) == rows

    return timed("the sheet read and every row checked", rows, act)


def reading(made: ServiceDatabase, rows: int) -> list[Any]:
    """Measure snapshot, card and changes beside the bare queries."""
    database, reader = made.connect(), ArrowReader(made.app_url)
    view = ReadAccess(CIPHER, date(2026, 1, 1), None, accounts=False)
    reader.table("SELECT 1")

    def snapshot() -> None:
        batches = snapshots.read(reader, view, SALES, 1)
        for _ in formats.write(ARROW, snapshots.schema_of(SALES), batches):
            pass

    def bare_read() -> None:
        with adbc.connect(made.app_url) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT uscc, year, online_retail_fen, platform_turnover_fen, revision FROM annual_sales")
            cursor.fetch_arrow_table()

    bare_read()
    bare = timed("bare ADBC read of the table", rows, bare_read)
    whole = timed("snapshot as an Arrow stream", rows, snapshot)
    some = random.Random(1).sample(codes(rows // YEARS), CARDS)
    card, queries = cards(database, view, some)
    followed = followed_changes(database, reader, view, rows)
    database.close()
    reader.close()
    return [
        bare,
        whole,
        queries,
        card,
        *followed,
        ("snapshot against bare ADBC read, times as long (goal ≤ 2)", whole.seconds / bare.seconds),
        ("card against the bare queries, times as long (goal ≤ 1.5)", card.seconds / queries.seconds),
    ]


def cards(database: Database, view: ReadAccess, some: list[str]) -> tuple[Figure, Figure]:
    """Read enterprises' cards; and beside it one plain query per dataset, as a first version would."""
    statements = [
        text(f"SELECT * FROM {dataset.name} WHERE {' OR '.join(f'{name} = :uscc' for name in dataset.owners)}")
        for dataset in CATALOGUE.values()
        if dataset.owned and dataset.owners
    ]
    with database.reading_at_one_instant() as connection:

        def card() -> None:
            for code in some:
                enterprises.search(connection, view, revision=1, name=None, code=code, after=None, limit=1)
                status_on(enterprises.records_of(connection, view, code, 1), view.today)

        def queries() -> None:
            for code in some:
                for statement in statements:
                    connection.execute(statement, {"uscc": code}).all()

        queries()
        card()
        bare = timed("bare queries for an enterprise, one per dataset", len(some), queries)
        return timed("an enterprise's card", len(some), card), bare


def followed_changes(database: Database, reader: ArrowReader, view: ReadAccess, rows: int) -> list[Any]:
    """Change CHANGED keys and read what changed."""
    changed = [{"uscc": code, "year": 2019, "online_retail_fen": 1} for code in codes(rows // YEARS)[:CHANGED]]
    author = Author(Kind.RECORDS, "bench", CLOCK.now())
    submitted = Submitted(changed, [""] * len(changed))

    def record() -> None:
        with database.transaction() as connection:
            record_rows(connection, SALES, submitted, author, CIPHER)

    written = timed(f"records by POST: {CHANGED:,} changed among {rows:,}", CHANGED, record)
    found: list[int] = []

    def read() -> None:
        found.append(sum(batch.num_rows for batch in changes.read(reader, view, [SALES], 1, 2)))

    figure = timed(f"changes of {CHANGED:,} keys among {rows:,}", CHANGED, read)
    assert found == [CHANGED]
    return [written, figure]


def run(server: DatabaseServer, broker: Broker | None, rows: int = ROWS, sheet_rows: int = SHEET_ROWS) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    bare = bare_copy(with_enterprises(server, rows), rows)
    csv_made, ndjson_made = with_enterprises(server, rows), with_enterprises(server, rows)
    file = csv_file(rows)
    first, memory = imported("import of CSV", csv_made, file, CSV, rows)
    again, _ = imported("import of the same CSV again", csv_made, file, CSV, rows)
    ndjson, _ = imported("import of NDJSON", ndjson_made, ndjson_file(rows), NDJSON, rows)
    tenth = rows // 10
    _, memory_of_tenth = imported("a tenth", with_enterprises(server, tenth), csv_file(tenth), CSV, tenth)
    sheet = xlsx_file(sheet_rows)
    bare_xlsx, checked_xlsx = bare_sheet(sheet, sheet_rows), checked_sheet(sheet, sheet_rows)
    xlsx, memory_of_sheet = imported("import of XLSX", with_enterprises(server, sheet_rows), sheet, XLSX, sheet_rows)
    with psycopg.connect(csv_made.owner_url, autocommit=True) as connection:
        connection.execute("ANALYZE annual_sales")
    return [
        bare,
        first,
        again,
        ndjson,
        bare_xlsx,
        checked_xlsx,
        xlsx,
        *reading(csv_made, rows),
        ("CSV import against bare COPY, rate (goal ≥ 0.5)", bare.seconds / first.seconds),
        ("NDJSON import against bare COPY, rate (goal ≥ 0.5)", bare.seconds / ndjson.seconds),
        ("second import against the first, times as long (goal ≤ 1)", again.seconds / first.seconds),
        ("XLSX read and checked against bare reading, rate (goal ≥ 0.5)", bare_xlsx.seconds / checked_xlsx.seconds),
        ("XLSX imported and stored against bare reading, rate", bare_xlsx.seconds / xlsx.seconds),
        ("a workbook of 5 rows from upload to answer, median in ms (goal ≤ 300)", small_workbooks(csv_made)),
        (f"peak memory of the CSV import of {rows:,} rows, MiB", memory),
        (f"peak memory of the CSV import of {tenth:,} rows, MiB", memory_of_tenth),
        (f"peak memory of the XLSX import of {sheet_rows:,} rows, MiB", memory_of_sheet),
    ]
