"""The reading process: forks a child per file, which reads it with bounded memory and processor time, and ends.

`python -m shared.files.process FD LIMIT` serves requests on the socket FD until it closes. It has imported everything and
holds no file, so that a fork is ready within milliseconds and nothing of one file is left when the next is read. The time is the
processor's, so a reader that waits for whoever takes its rows is not ended.
"""

from __future__ import annotations

import csv
import gc
import io
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple
from typing import Any, Literal

import orjson

from shared.files import extraction, xml
from shared.files.allowance import Allowance
from shared.files.domain import MAX_LINE_CHARACTERS, FileRefused, Table, Warnings
from shared.files.workbooks import UNREADABLE, damaged

HEADER = struct.Struct("!cII")
REFUSED, TABLES, PART, ROWS, END, BROKEN = b"R", b"T", b"P", b"W", b"E", b"X"
"""Kinds of messages to the parent: a header (kind, length of JSON, length of frame), JSON, and the frame as an Arrow stream."""

Step = Literal["find", "read", "rows", "xml"]
SECONDS: Mapping[Step, int] = {"find": 2, "read": 2, "rows": 3, "xml": 3}
"""Of the processor, for a small file. Its table is found and then read: a bomb, which earns nothing, has ended within 5 s."""
_ROWS_PER_MESSAGE = 1_000


class _File(io.RawIOBase):
    """A file by its descriptor, with a position of its own: the parent and other children read the same one."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._position = 0
        self.size = os.fstat(descriptor).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if origin + offset < 0:
            raise ValueError("a position before the beginning of the file")
        self._position = origin + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        taken = os.preadv(self._descriptor, [buffer], self._position)
        self._position += taken
        return taken


class _Channel:
    """The way to the parent."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def receive(self) -> Any:
        with self._connection.makefile("rb") as stream:
            return pickle.load(stream)  # noqa: S301 - the parent is this program itself

    def send(self, kind: bytes, data: Any = None, frame: bytes = b"") -> None:
        text = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)
        self._connection.sendall(HEADER.pack(kind, len(text), len(frame)) + text)
        self._connection.sendall(frame)


def main(descriptor: int, memory_bytes: int) -> None:
    """Fork a child for every request: a message with the descriptors of a file and of a socket to the parent."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for
    prepare()
    server = socket.socket(fileno=descriptor)
    while True:
        message, descriptors, _, _ = socket.recv_fds(server, 1, 2)
        if not message:
            return
        serve_in_child(server, descriptors, memory_bytes)


def prepare() -> None:
    """Make ready to fork."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with its parent
    gc.disable()  # children live for one file, whose rows have no cycles
    gc.freeze()
    csv.field_size_limit(MAX_LINE_CHARACTERS)


def serve_in_child(server: socket.socket, descriptors: Sequence[int], memory_bytes: int) -> int:
    """Fork a child that answers the request on `descriptors`; returns its id."""
    child = os.fork()
    if child == 0:
        server.close()
        status = 1
        try:
            _serve(descriptors[0], descriptors[1], memory_bytes)
            status = 0
        finally:
            os._exit(status)
    for each in descriptors:
        os.close(each)
    return child


def _serve(file_descriptor: int, socket_descriptor: int, memory_bytes: int) -> None:
    file = _File(file_descriptor)
    channel = _Channel(socket.socket(fileno=socket_descriptor))
    step, request, table, lines = channel.receive()
    for kind, limit in (
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))
    allowance = Allowance(SECONDS[step], file.size)
    try:
        _answer(channel, io.BufferedReader(file, 1 << 20), allowance, step, request, table, lines)
    except FileRefused as error:
        channel.send(REFUSED, error.document())
    except UNREADABLE:
        channel.send(REFUSED, damaged().document())
    except BrokenPipeError:
        return  # the parent wants no more
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 - the parent reports it, whatever it is
        if type(error).__name__ == "PanicException":  # calamine's, which has no name that can be imported
            channel.send(REFUSED, damaged().document())
        else:
            channel.send(BROKEN, "".join(traceback.format_exception(error)))


def _answer(
    channel: _Channel,
    file: io.BufferedReader,
    allowance: Allowance,
    step: Step,
    request: Any,
    table: Table,
    lines: frozenset[int],
) -> None:
    warnings = Warnings()
    if step == "xml":
        _send_rows(channel, ([name, *astuple(each)] for name, each in xml.read_elements(file, request, allowance)))
    elif step == "find":
        tables = extraction.find_tables(file, request, warnings, allowance)
        channel.send(TABLES, [asdict(each) for each in tables])
    elif step == "read":
        for part in extraction.read_rows(file, request, table, warnings, allowance):
            frame = io.BytesIO()
            part.cells.write_ipc_stream(frame)
            data = {"errors": part.errors, "done": part.done, "total": part.total, "skipped": part.skipped}
            channel.send(PART, data, frame.getvalue())
    else:
        _send_rows(channel, extraction.rows_as_written(file, request, table, lines, allowance))
    channel.send(END, warnings.as_data())


def _send_rows(channel: _Channel, found: Iterable[Any]) -> None:
    rows: list[Any] = []
    for row in found:
        rows.append(row)
        if len(rows) == _ROWS_PER_MESSAGE:
            channel.send(ROWS, rows)
            rows = []
    channel.send(ROWS, rows)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
