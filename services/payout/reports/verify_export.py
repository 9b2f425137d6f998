"""Verify an auditors' export without the database: its files, the hash chain, and that sums and payments agree."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from lzma import LZMAError
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import orjson

FORMAT, MANIFEST, GENESIS = "subsidies audit export 1", "manifest.json", "0" * 64
FILES = ("blocks.ndjson", "postings.ndjson", "orders.ndjson", "decisions.ndjson", "shares.ndjson")
MAX_PROBLEMS = 100
_COMPARED = (
    "id",
    "kind",
    "source",
    "destination",
    "amount_fen",
    "unit",
    "award_id",
    "version",
    "order_id",
    "recovery_id",
    "document",
    "actor",
)
"""Members of a posting that are compared with what was sealed, as they are; `posted_at` is, as an instant."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNREADABLE = (
    *(BadZipFile, zlib.error, LZMAError, EOFError, NotImplementedError, RuntimeError),
    *(KeyError, TypeError, ValueError, OSError, ArithmeticError),
)
"""What reading a damaged archive raises."""


class _UnreadableFileError(Exception):
    """A file of the archive is damaged; the text names it."""


@dataclass(slots=True)
class VerifiedExport:
    """What was verified: rows by file, blocks, the chain's head, postings that no block covers yet, and what is wrong."""

    head: str = GENESIS
    blocks: int = 0
    unsealed: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def complain(self, problem: str) -> None:
        """Note what is wrong; the first hundred are enough."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


def verify_export(path: Path) -> VerifiedExport:
    """Verify the archive at `path`; everything that is wrong is in `problems`."""
    found = VerifiedExport()
    try:
        with ZipFile(path) as archive:
            manifest = orjson.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT or set(manifest["files"]) != set(FILES):
                found.complain(f"{MANIFEST} is not that of an export of this kind")
                return found
            _verify(archive, manifest, found)
    except _UnreadableFileError as error:
        found.complain(str(error))
    except _UNREADABLE as error:
        found.complain(f"the archive cannot be read: {type(error).__name__}")
    return found


def _verify(archive: ZipFile, manifest: Mapping[str, Any], found: VerifiedExport) -> None:
    rows = {name: _Rows(archive, name, manifest["files"][name], found) for name in FILES}
    blocks = list(rows["blocks.ndjson"])
    paid, entitled = _verify_postings(rows["postings.ndjson"], blocks, found)
    if found.head != manifest["head"]:
        found.complain("the head of the chain is not the one in the manifest")
    ordered = _verify_orders(rows["orders.ndjson"], paid, found)
    _verify_decisions(rows["decisions.ndjson"], rows["shares.ndjson"], ordered, entitled, found)


def _verify_orders(orders: _Rows, paid: dict[str, int], found: VerifiedExport) -> set[tuple[str, int]]:
    """Compare orders with what was posted as paid; return the awards and versions that they are of."""
    ordered: set[tuple[str, int]] = set()
    for order in orders:
        ordered.add((order["award_id"], order["version"]))
        expected = order["amount_fen"] if order["state"] == "settled" else 0
        if paid.pop(order["id"], 0) != expected:
            found.complain(f"order {order['id']}: the postings do not say that {expected} fen were paid")
    for order_id, fen in paid.items():
        if fen:
            found.complain(f"postings pay {fen} fen for the order {order_id}, which is not in the export")
    return ordered


def _verify_decisions(
    decisions: _Rows,
    parts: _Rows,
    ordered: set[tuple[str, int]],
    entitled: Mapping[str, int],
    found: VerifiedExport,
) -> None:
    """Compare decisions with shares, payment orders and the entitlements that were posted."""
    shares: dict[tuple[str, int], int] = defaultdict(int)
    for share in parts:
        shares[share["award_id"], share["version"]] += share["amount_fen"]
        if sum(share["parts_fen"]) != share["amount_fen"]:
            found.complain(f"award {share['award_id']}: the parts of a share do not add up to it")
    newest: dict[str, int | None] = {}
    for decision in decisions:
        key, entitlement = (decision["award_id"], decision["version"]), decision["entitlement_fen"]
        ordered.discard(key)
        # Before it is shared it is not in the books.
        newest[key[0]] = entitlement if key in shares or not entitlement else None
        if shares.pop(key, entitlement) != entitlement:
            found.complain(f"award {key[0]}, version {key[1]}: the shares do not add up to the entitlement")
    for award_id, version in shares:
        found.complain(f"award {award_id}, version {version}: shares without a decision")
    for award_id, version in sorted(ordered):
        found.complain(f"award {award_id}, version {version}: payment orders without a decision")
    for award_id, fen in entitled.items():
        stated = newest.get(award_id, 0)
        if stated is not None and stated != fen:
            found.complain(f"award {award_id}: the decision in force says {stated} fen, the postings {fen}")


class _Rows:
    """The rows of a file; its hash and their number are compared with the manifest once all were read."""

    def __init__(self, archive: ZipFile, name: str, stated: Mapping[str, Any], found: VerifiedExport) -> None:
        self._archive, self._name, self._stated, self._found = archive, name, stated, found

    def __iter__(self) -> Iterator[dict[str, Any]]:
        digest, count = sha256(), 0
        lines = self._lines()
        for line in lines:
            digest.update(line)
            count += 1
            try:
                row = orjson.loads(line)
            except ValueError as error:
                raise _UnreadableFileError(f"{self._name} was changed: line {count} is no JSON") from error
            yield row
        self._found.rows[self._name] = count
        if (digest.hexdigest(), count) != (self._stated["sha256"], self._stated["rows"]):
            self._found.complain(f"{self._name} was changed")

    def _lines(self) -> Iterator[bytes]:
        try:
            with self._archive.open(self._name) as file:
                yield from file
        except _UNREADABLE as error:
            raise _UnreadableFileError(f"{self._name} cannot be read: {type(error).__name__}") from error


def _verify_postings(
    postings: Iterator[dict[str, Any]] | _Rows, blocks: Sequence[Mapping[str, Any]], found: VerifiedExport
) -> tuple[dict[str, int], dict[str, int]]:
    """Compute the chain again from the postings.

    Returns what they paid by order, less what came back, and the entitlement that they say by award; fen.
    """
    paid: dict[str, int] = defaultdict(int)
    entitled: dict[str, int] = defaultdict(int)
    waiting = iter(blocks)
    block = next(waiting, None)
    texts: list[str] = []
    for posting in postings:
        if posting["order_id"] is not None and posting["kind"] in ("paid", "returned"):
            paid[posting["order_id"]] += posting["amount_fen"] if posting["kind"] == "paid" else -posting["amount_fen"]
        if posting["kind"] in ("recognised", "restated"):
            more = posting["kind"] == "recognised"
            entitled[posting["award_id"]] += posting["amount_fen"] if more else -posting["amount_fen"]
        if posting["sealed"] is None:
            found.unsealed += 1
            continue
        if block is None or not block["after_id"] < posting["id"] <= block["until_id"]:
            found.complain(f"posting {posting['id']} is in no block, or out of order")
            continue
        sealed = dict(zip(block["columns"], fields_of(posting["sealed"]), strict=True))
        as_sealed = all(sealed[name] == _as_text(posting[name]) for name in _COMPARED if name in sealed)
        if not as_sealed or Decimal(str(sealed["posted_at"])) != _seconds(posting["posted_at"]):
            found.complain(f"posting {posting['id']} is not what was sealed")
        texts.append(posting["sealed"])
        if len(texts) == block["rows"]:
            _verify_block(block, texts, found)
            block, texts = next(waiting, None), []
    if block is not None:
        found.complain(f"block {block['number']} lacks postings")
    return paid, entitled


def _verify_block(block: Mapping[str, Any], texts: Sequence[str], found: VerifiedExport) -> None:
    sealed = found.head + ",".join(block["columns"]) + "\n".join(texts)
    digest = sha256(sealed.encode()).hexdigest()
    if block["previous_hash"] != found.head or block["hash"] != digest:
        found.complain(f"block {block['number']} does not hold: a posting, or the block itself, was changed")
    found.head = digest
    found.blocks += 1


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)


def _seconds(instant: str) -> Decimal:
    """Return an instant as it is sealed: seconds since 1970."""
    return Decimal((datetime.fromisoformat(instant) - _EPOCH) // timedelta(microseconds=1)) / 1_000_000


def fields_of(text: str) -> list[str | None]:
    """Return the fields of a row as PostgreSQL writes it, quotes and backslashes doubled; an empty one without quotes is null."""
    fields: list[str | None] = []
    current, quoted, was_quoted, place = "", False, False, 1
    while place < len(text):
        character = text[place]
        if quoted and character in '"\\' and text[place + 1] == character:
            current, place = current + character, place + 1
        elif character == '"':
            quoted, was_quoted = not quoted, True
        elif not quoted and (character == "," or place == len(text) - 1):
            fields.append(current if current or was_quoted else None)
            current, was_quoted = "", False
        else:
            current += character
        place += 1
    return fields
