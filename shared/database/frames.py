"""Frames kept whole in one column of a row: an Arrow stream, compressed. A tenth of the bytes of one row each, and no index.

For what is written once and read by pages: outcomes of evaluations, sealed inputs.
"""

from __future__ import annotations

import io

import polars as pl


def compressed(frame: pl.DataFrame) -> bytes:
    """Return `frame` as an Arrow stream compressed with Zstandard."""
    written = io.BytesIO()
    frame.write_ipc_stream(written, compression="zstd")
    return written.getvalue()


def frame_of(stream: bytes) -> pl.DataFrame:
    """Return the frame that `compressed` has written."""
    return pl.read_ipc_stream(io.BytesIO(stream))
