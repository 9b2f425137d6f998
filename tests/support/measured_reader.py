"""The reading process of `shared.files.process`, which also writes down what each of its children took.

`python -m tests.support.measured_reader FD LIMIT` does the same, but waits for each child before the next request.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared.files import process, reader

_TAKEN = "MEASURED_READER_FILE"


@dataclass
class Taken:
    """What the children of a file took: processor seconds of each, the most memory of one, and whether one was ended."""

    cpu_seconds: list[float] = field(default_factory=list)
    peak_bytes: int = 0
    ended: bool = False


class MeasuredServer(reader._Server):
    """A reading process that is measured."""

    module = __name__

    def __init__(self, file: Path, seconds: int) -> None:
        """Write what children take to `file`; each may take so many `seconds` for nothing."""
        super().__init__()
        self._file = file
        self._asked, self._read = 0, 0
        file.touch()
        os.environ[_TAKEN] = f"{seconds} {file}"

    def start(self) -> socket.socket:
        """Return the socket of the running process, for one request."""
        self._asked += 1
        return super().start()

    def taken(self) -> Taken:
        """Return what was taken since the last call, once the children have ended."""
        while len(lines := self._file.read_text().splitlines()) < self._asked:
            time.sleep(0.01)
        found = Taken()
        for cpu, peak, status in map(json.loads, lines[self._read :]):
            found.cpu_seconds.append(cpu)
            found.peak_bytes = max(found.peak_bytes, peak)
            found.ended |= os.WIFSIGNALED(status)
        self._read = len(lines)
        return found


@contextmanager
def measured(file: Path, seconds: int) -> Iterator[MeasuredServer]:
    """Let files be read by a process that is measured."""
    before, reader._server = reader._server, MeasuredServer(file, seconds)
    try:
        yield reader._server
    finally:
        reader._server.stop()
        reader._server = before


def main(descriptor: int, memory_bytes: int, seconds: int, taken: Path) -> None:
    """Serve one request after another."""
    process.SECONDS = dict.fromkeys(process.SECONDS, seconds)
    process.prepare()
    server = socket.socket(fileno=descriptor)
    while True:
        message, descriptors, _, _ = socket.recv_fds(server, 1, 2)
        if not message:
            return
        child = process.serve_in_child(server, descriptors, memory_bytes)
        _, status, usage = os.wait4(child, 0)
        with taken.open("a") as file:
            file.write(json.dumps([usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, status]) + "\n")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    allowed, _, path = os.environ[_TAKEN].partition(" ")
    main(int(sys.argv[1]), int(sys.argv[2]), int(allowed), Path(path))
