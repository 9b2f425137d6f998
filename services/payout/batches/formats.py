"""The formats of a batch's file behind one interface: a name, a media type, and a function that writes it.

Every format has the same rows and the same seal, which covers their checksum as CSV.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from services.payout.batches import files
from services.payout.batches.files import PaymentFile
from services.payout.batches.iso20022 import pain001
from shared.media_types import CSV, XLSX, XML


class Format(NamedTuple):
    """How a file is written."""

    media_type: str
    extension: str
    write: Callable[[PaymentFile], bytes]


FORMATS: Mapping[str, Format] = {
    "csv": Format(CSV, "csv", lambda file: files.csv_of(file.rows, file.seal)),
    "xlsx": Format(XLSX, "xlsx", lambda file: files.xlsx_of(file.rows, file.seal)),
    "pain.001": Format(XML, "xml", pain001.write),
}


def name_of(media_type: str) -> str:
    """Return the name of the format with a media type."""
    return next(name for name, each in FORMATS.items() if each.media_type == media_type)
