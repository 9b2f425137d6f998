"""A reader that dies amid a file, of a fault of its own or of the machine's: that file is refused, and the next one is read."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat

import psutil
import pytest

from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.layouts import layout_of
from shared.files import reader
from shared.files.domain import FileRefused
from shared.files.reader import OpenFile, open_file
from tests.support.sheets import HEADINGS, A, csv_of, read

LAYOUT = layout_of(CATALOGUE["annual_sales"])

SMALL = csv_of(HEADINGS, *repeat([A, "2020", "10", ""], 20))
LARGE = csv_of(HEADINGS, *repeat([A, "2020", "10", ""], 400_000))


@contextmanager
def opened(content: bytes) -> Iterator[OpenFile]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        yield open_file(file, [LAYOUT])


def server() -> psutil.Process:
    assert reader._server._process is not None
    return psutil.Process(reader._server._process.pid)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL], ids=["fault", "out_of_memory"])
def test_a_file_whose_reader_dies_is_refused_and_the_next_one_is_read(number: signal.Signals) -> None:
    with opened(LARGE) as file:
        parts = file.parts(file.tables[0])
        next(parts)
        [child] = server().children()
        child.send_signal(number)
        with pytest.raises(FileRefused) as refusal:
            list(parts)
    assert [error.code for error in refusal.value.errors] == ["too_demanding"]
    assert len(read(SMALL).rows) == 20


def test_a_reading_process_that_was_killed_is_started_again() -> None:
    assert len(read(SMALL).rows) == 20
    gone = server()
    gone.kill()
    gone.wait()
    assert len(read(SMALL).rows) == 20
    assert server() != gone
