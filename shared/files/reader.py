"""Read files that people send: CSV, TSV and workbooks, in a process of their own that a hostile file cannot leave.

A file that takes more memory or time than it may is refused; nothing else is affected, and it is not tried again.
"""

from __future__ import annotations

import atexit
import io
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
import polars as pl

from shared.files.domain import FileRefused, Layout, Table, Warned, Warnings, refused
from shared.files.extraction import Request
from shared.files.process import BROKEN, END, HEADER, PART, REFUSED, ROWS, TABLES, Step
from shared.files.rows import Taken
from shared.files.xml import XmlDocument, XmlElement

MEMORY_BYTES = 448 << 20
"""What a child may allocate; with the code that it shares, less than 512 MiB."""
MAX_UNPACKED_BYTES = 1 << 30
_MAX_CHILDREN = 4
_SECONDS_TO_END = 5


Messages = Generator[tuple[bytes, Any, bytes], None, None]
"""Kind, data and frame of each message of a child; closing it ends the child."""


class _Server:
    """The process that forks a child per file: started when it is first needed, and again if it is gone."""

    module = "shared.files.process"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self.places = threading.BoundedSemaphore(_MAX_CHILDREN)

    def start(self) -> socket.socket:
        """Return the socket of the running process."""
        with self._lock:
            if self._owner != os.getpid():  # a fork inherits the socket, but not the process
                self._socket = self._process = None
            if self._socket is None or self._process is None or self._process.poll() is not None:
                self._owner = os.getpid()
                self._launch()
            assert self._socket is not None
            return self._socket

    def stop(self) -> None:
        """End the process."""
        with self._lock:
            if self._socket is not None and self._process is not None and self._owner == os.getpid():
                self._socket.close()
                try:
                    self._process.wait(_SECONDS_TO_END)
                except subprocess.TimeoutExpired:  # a fork of this process still holds the socket
                    self._process.kill()
                    self._process.wait()
            self._socket = self._process = None

    def _launch(self) -> None:
        if self._socket is not None:
            self._socket.close()
        ours, theirs = socket.socketpair()
        root = str(Path(__file__).parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "POLARS_MAX_THREADS": "1",
            "RUST_BACKTRACE": "0",
        }
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-m", self.module, str(theirs.fileno()), str(MEMORY_BYTES)],
                pass_fds=[theirs.fileno()],
                env=environment,
                stdin=subprocess.DEVNULL,
            )
        self._socket = ours


_server = _Server()
atexit.register(_server.stop)


def warm_up() -> None:
    """Start the process before the first file, so that this one is answered without delay."""
    _server.start()


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file whose tables were found. `warnings` grow as its rows are read."""

    file: IO[bytes]
    request: Request
    tables: list[Table]
    warnings: Warnings

    def parts(self, table: Table) -> Iterator[Taken]:
        """Yield the rows of a table, in parts of bounded size; raises FileRefused."""
        with closing(self._ask("read", table)) as messages:
            for kind, data, frame in messages:
                assert kind == PART
                errors = [(line, name, code, detail) for line, name, code, detail in data.pop("errors")]
                yield Taken(cells=pl.read_ipc_stream(io.BytesIO(frame)), errors=errors, **data)

    def rows(self, table: Table, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of the rows at `lines` as they were written, in the order of the table's headings."""
        with closing(self._ask("rows", table, lines)) as messages:
            for kind, data, _ in messages:
                assert kind == ROWS
                yield from ((line, cells) for line, cells in data)

    def _ask(self, step: Step, table: Table, lines: frozenset[int] = frozenset()) -> Messages:
        return _ask(self.file, (step, self.request, table, lines), self.warnings)


def open_file(
    file: IO[bytes], layouts: Sequence[Layout], *, sheet: str | None = None, by_sheet_name: bool = False,
    max_bytes: int = MAX_UNPACKED_BYTES,
) -> OpenFile:  # fmt: skip
    """Find the tables of a file (an open one, with a descriptor): one of the only layout, or a sheet by the name of each.

    Raises FileRefused with everything that is wrong with the file as a whole. A workbook may have `max_bytes` once unpacked.
    """
    request, warnings = Request(tuple(layouts), sheet, by_sheet_name, max_bytes), Warnings()
    ((kind, data, _),) = list(_ask(file, ("find", request, None, frozenset()), warnings))
    assert kind == TABLES
    return OpenFile(file, request, [Table.of_data(each) for each in data], warnings)


@contextmanager
def opened(content: bytes, layout: Layout, sheet: str | None = None) -> Iterator[OpenFile]:
    """Open a file that is in memory, with a table of `layout`; raises FileRefused."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        yield open_file(file, [layout], sheet=sheet)


def read_xml(content: bytes, documents: Sequence[XmlDocument]) -> tuple[str, list[XmlElement]]:
    """Return the elements of an XML document, inner ones first, and which of `documents` it is; raises FileRefused."""
    name, elements = "", []
    with tempfile.TemporaryFile() as file:
        file.write(content)
        with closing(_ask(file, ("xml", documents, None, frozenset()), Warnings())) as messages:
            for _, rows, _ in messages:
                for document, *element in rows:
                    name = document
                    elements.append(XmlElement(*element))
    return name, elements


def _ask(file: IO[bytes], request: Any, warnings: Warnings) -> Messages:
    """Yield the messages of a child that does `request` with `file`; raises FileRefused."""
    file.flush()
    with _server.places:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(_server.start(), [b"."], [file.fileno(), theirs.fileno()])
            ours.sendall(pickle.dumps(request))
            with ours.makefile("rb", 1 << 20) as stream:
                while True:
                    header = stream.read(HEADER.size)
                    if len(header) < HEADER.size:
                        raise _exhausted()
                    kind, length, size = HEADER.unpack(header)
                    text, frame = stream.read(length), stream.read(size)
                    if len(text) < length or len(frame) < size:
                        raise _exhausted()
                    data = orjson.loads(text)
                    if kind == END:
                        for each in data:
                            warnings.add(Warned(**each))
                        return
                    if kind == REFUSED:
                        raise FileRefused.of_document(data)
                    if kind == BROKEN:
                        raise RuntimeError(f"The file could not be read:\n{data}")
                    yield kind, data, frame


def _exhausted() -> FileRefused:
    return refused(
        "too_demanding",
        "The file takes more memory or time than a file may: copy its rows into a new workbook, or save them as CSV.",
    )
