"""All letters of a round: made by a job with progress, then read as one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.papers import repository
from services.eligibility.papers.letters import CHUNK, make_letters, papers_of
from services.eligibility.papers.tables import PAPERS
from services.eligibility.rounds import repository as rounds
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import Conflict
from shared.i18n import Language
from shared.jobs import repository as jobs
from shared.jobs.runner import RunningJob
from shared.media_types import HTML
from shared.papers.kinds import Filled
from shared.papers.store import Papers, file_of

LETTERS = "letters"
_FIRST = (1980, 1, 1, 0, 0, 0)
_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|\r\n\t', "_"))


def start(connection: Connection, actor: Actor, round_id: UUID, language: Language, *, now: datetime) -> UUID:
    """Queue the letters of the decisions in force of a round; returns the job's id. Raises NotFound."""
    rounds.get(connection, round_id)
    job_input = {"round_id": str(round_id), "language": language, "jurisdiction": actor.jurisdiction}
    return jobs.enqueue(connection, LETTERS, job_input, by=actor.subject, now=now)


def run(database: Database, registry: RegistryFacts, job: RunningJob) -> None:
    """Make the letters that are not kept yet, in chunks; run again, it continues."""
    with database.reading() as connection:
        ids = repository.in_force(connection, UUID(job.input["round_id"]), job.input["jurisdiction"])
    job.progress(0, len(ids))
    for start_at in range(0, len(ids), CHUNK):
        chunk = ids[start_at : start_at + CHUNK]
        with database.reading() as connection:
            rows = repository.decisions_of(connection, chunk)
        make_letters(database, registry, rows, job.input["language"], by=job.created_by)
        job.progress(start_at + len(chunk), len(ids))
    with database.transaction() as connection:
        job.succeed(connection, {"letters": len(ids)})


def view(connection: Connection, batch_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return a batch as the API shows it; raises NotFound if there is none that `actor` may see."""
    row = jobs.get(connection, batch_id, LETTERS, actor)
    return jobs.view(row) | {name: row.input[name] for name in ("round_id", "language")}


def archive(database: Database, batch_id: UUID, actor: Actor, kind: str) -> Iterator[bytes]:
    """Yield the pieces of a ZIP file with the letters of a batch as documents, or as pages (`kind`).

    Raises NotFound, or Conflict for a batch that has not succeeded. The letters are those of the decisions in force now that are
    kept: the same decisions give the same bytes.
    """
    with database.reading() as connection:
        job = jobs.get(connection, batch_id, LETTERS, actor)
        if job.state != "succeeded":
            raise Conflict(
                "The letters are {state}. Read the archive once they have succeeded.",
                extra={"state": job.state, "possible": []},
                state=job.state,
            )
        ids = repository.in_force(connection, UUID(job.input["round_id"]), job.input["jurisdiction"])
    return _pieces(database, ids, job.input["language"], kind)


def _pieces(database: Database, ids: list[UUID], language: Language, kind: str) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for start_at in range(0, len(ids), CHUNK):
            with database.reading() as connection:
                rows = repository.decisions_of(connection, ids[start_at : start_at + CHUNK])
                for row, paper in _letters(connection, rows, language):
                    content = paper.page(language).encode() if kind == HTML else paper.document()
                    entry = zipfile.ZipInfo(_name(row, "html" if kind == HTML else "docx"), _FIRST)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    file.writestr(entry, content)
                    if sink.waiting > 1024 * 1024:
                        yield sink.take()
    yield sink.take()


def _letters(connection: Connection, rows: list[Row[Any]], language: Language) -> Iterator[tuple[Row[Any], Filled]]:
    if not rows:
        return
    papers: Papers = papers_of(load_policy(rows[0].policy), language)
    kept = papers.kept(connection, [row.id for row in rows])
    files = {digest: file_of(connection, PAPERS, digest) for digest in {row.template_hash for row in kept.values()}}
    for row in rows:
        if (paper := kept.get(row.id)) is not None:
            yield row, Filled.of(files[paper.template_hash], orjson.loads(paper.content))


def _name(row: Row[Any], suffix: str) -> str:
    return f"{row.award}/{row.award_year}-{row.payee_name.translate(_NAMES)}-{row.id}.{suffix}"


class _Sink(io.RawIOBase):
    """Takes what a ZIP file writes, for a reader that takes it in pieces; it cannot be sought."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._written = 0
        self.waiting = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        content = bytes(piece)
        self._pieces.append(content)
        self._written += len(content)
        self.waiting += len(content)
        return len(content)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        self.waiting = 0
        return taken
