"""Write tables as Arrow stream, Parquet or NDJSON. The same rows give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from shared.exact_json import in_json
from shared.media_types import ARROW, NDJSON, PARQUET

_BATCH_ROWS = 65_536

Batches = Iterator[pa.RecordBatch]


def write(media_type: str, schema: pa.Schema, batches: Batches, nested: tuple[str, ...] = ()) -> Iterator[bytes]:
    """Write `batches` as `media_type`; in NDJSON the columns `nested`, which hold JSON text, become JSON."""
    writers: dict[str, Callable[[], Iterator[bytes]]] = {
        ARROW: lambda: _arrow(schema, batches),
        PARQUET: lambda: _parquet(schema, batches),
        NDJSON: lambda: _ndjson(batches, nested),
    }
    return writers[media_type]()


def rebatched(table: pa.Table) -> Batches:
    """Yield a table in batches of a fixed size, so that its bytes do not depend on how it was read."""
    for offset in range(0, table.num_rows, _BATCH_ROWS):
        yield from table.slice(offset, _BATCH_ROWS).combine_chunks().to_batches()


def _arrow(schema: pa.Schema, batches: Batches) -> Iterator[bytes]:
    sink = io.BytesIO()

    def taken() -> bytes:
        data = sink.getvalue()
        sink.seek(0)
        sink.truncate()
        return data

    with pa.ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            yield taken()
    yield taken()


def _parquet(schema: pa.Schema, batches: Batches) -> Iterator[bytes]:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
    sink.seek(0)
    while chunk := sink.read(1 << 20):
        yield chunk


def _ndjson(batches: Batches, nested: tuple[str, ...]) -> Iterator[bytes]:
    for batch in batches:
        lines = bytearray()
        for row in batch.to_pylist():
            for name in nested:
                if row[name] is not None:
                    row[name] = orjson.Fragment(row[name])
            lines += orjson.dumps(row, default=in_json, option=orjson.OPT_APPEND_NEWLINE)
        yield bytes(lines)
