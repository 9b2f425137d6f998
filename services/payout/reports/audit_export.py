"""The auditors' export: postings with their hash chain, payment orders, decisions and shares in one archive.

`verify_export.py` verifies it without the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
from sqlalchemy import Connection

from services.payout.ledger.tables import postings
from services.payout.reports.repository import queries
from services.payout.reports.verify_export import FORMAT, MANIFEST
from shared.audit.sealing import GENESIS, sealed_rows
from shared.clock import isoformat
from shared.exact_json import in_json


def write(connection: Connection, target: IO[bytes], *, by: str, now: datetime) -> None:
    """Write everything to `target`, as of one instant: a file of JSON lines each, and a manifest with their hashes."""
    streamed = connection.execution_options(stream_results=True)
    blocks = [dict(row) for row in connection.execute(queries.blocks).mappings()]
    contents: dict[str, Iterable[Any]] = {
        "blocks.ndjson": blocks,
        "postings.ndjson": _postings(streamed, blocks),
        "orders.ndjson": streamed.execute(queries.orders).mappings(),
        "decisions.ndjson": streamed.execute(queries.decisions).mappings(),
        "shares.ndjson": streamed.execute(queries.shares).mappings(),
    }
    files: dict[str, dict[str, Any]] = {}
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, rows in contents.items():
            digest, count = sha256(), 0
            with archive.open(name, "w", force_zip64=True) as file:
                for row in rows:
                    line = orjson.dumps(dict(row), default=in_json, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
                    digest.update(line)
                    file.write(line)
                    count += 1
            files[name] = {"sha256": digest.hexdigest(), "rows": count}
        manifest = {
            "format": FORMAT,
            "made_at": isoformat(now),
            "made_by": by,
            "head": blocks[-1]["hash"] if blocks else GENESIS,
            "files": files,
        }
        archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))


def _postings(connection: Connection, blocks: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield postings, each with the text that its block's hash covers; None for those that are not sealed yet."""
    after = 0
    for block in blocks:
        between = {"after": block["after_id"], "until": block["until_id"]}
        rows = connection.execute(queries.postings, between).mappings().all()
        texts = dict(sealed_rows(connection, postings, block["columns"], block["after_id"], block["until_id"]))
        yield from ({**row, "sealed": texts[row["id"]]} for row in rows)
        after = block["until_id"]
    for row in connection.execute(queries.postings, {"after": after, "until": None}).mappings():
        yield {**row, "sealed": None}
