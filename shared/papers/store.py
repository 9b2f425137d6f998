"""What papers say is kept when they are first made, with the template that makes them: read again, they are the same for ever.

A paper about offices, courts or numbers that were not filled in says so, and is made again once one of them is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import two_persons
from shared.database.bulk import copy_rows
from shared.database.queries import load
from shared.errors import NotFound
from shared.offices import Office
from shared.papers import template
from shared.papers.kinds import DOCUMENT_NUMBER, Filled, PaperKind, unset, unset_entries
from shared.papers.tables import PaperTables
from shared.papers.template import Content

queries = load(__package__)
_COLUMNS = ("kind", "subject_id", "language", "template_hash", "content", "series", "number", "unset", "made_by")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a paper is to say, but for its number; `year` is that of its number."""

    subject: UUID
    content: Content
    year: int


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of one kind in one language, of one office."""

    tables: PaperTables
    kind: PaperKind
    language: str
    office: Office

    def kept(self, connection: Connection, subjects: Sequence[UUID]) -> dict[UUID, Row[Any]]:
        """Return what is kept of papers about `subjects`, without those that are to be made again."""
        missing = set(unset_entries(self.office, self.kind))
        found = self._newest(connection, subjects)
        return {subject: row for subject, row in found.items() if missing.issuperset(row.unset)}

    def keep(self, connection: Connection, drafts: Sequence[Draft], *, by: str) -> None:
        """Number the papers of `drafts` in their order and keep what they say; what is kept already stays."""
        connection.execute(queries.lock)
        subjects = [draft.subject for draft in drafts]
        known = self.kept(connection, subjects)
        earlier = self._newest(connection, subjects)
        in_force = self._in_force(connection)
        numbers = self._numbers(connection, [draft for draft in drafts if draft.subject not in known])
        missing = unset_entries(self.office, self.kind)
        rows = []
        for draft in drafts:
            if draft.subject in known:
                continue
            series, number = numbers.get(draft.subject, (None, None))
            text = self._with_number(draft.content, series, number)
            before = earlier.get(draft.subject)
            rows.append(
                (
                    self.kind.code,
                    draft.subject,
                    self.language,
                    before.template_hash if before else in_force,
                    text.decode(),
                    series,
                    number,
                    missing,
                    by,
                )
            )
        copy_rows(connection, "papers", _COLUMNS, rows)

    def numbers(self, connection: Connection, subjects: Sequence[UUID]) -> dict[UUID, str]:
        """Return the document numbers that papers about `subjects` have, in whatever language."""
        found = self._numbered(connection, subjects)
        return {subject: series.format(number=number) for subject, (series, number) in found.items()}

    def filled(self, connection: Connection, row: Row[Any]) -> Filled:
        """Return a paper that is kept."""
        return Filled.of(file_of(connection, self.tables, row.template_hash), orjson.loads(row.content))

    def unkept(self, connection: Connection, content: Content) -> Filled:
        """Return a paper that is not kept: a draft, or a part of one; it has no number."""
        digest = in_force(connection, self.kind, self.language)
        file = self.kind.shipped(self.language) if digest is None else file_of(connection, self.tables, digest)
        return Filled.of(file, {DOCUMENT_NUMBER: unset(DOCUMENT_NUMBER, self.language), **content})

    def _with_number(self, content: Content, series: str | None, number: int | None) -> bytes:
        """Return content with its document number, as canonical JSON."""
        said = series.format(number=number) if series else unset(DOCUMENT_NUMBER, self.language)
        return orjson.dumps({DOCUMENT_NUMBER: said, **content}, option=orjson.OPT_SORT_KEYS)

    def _newest(self, connection: Connection, subjects: Sequence[UUID]) -> dict[UUID, Row[Any]]:
        values = {"kind": self.kind.code, "language": self.language, "subjects": list(subjects)}
        return {row.subject_id: row for row in connection.execute(queries.newest, values)}

    def _numbers(self, connection: Connection, drafts: Sequence[Draft]) -> dict[UUID, tuple[str, int]]:
        """Return series and number of each paper: those of the other language, or the next ones."""
        pattern = self.office.numbers.get(self.kind.code)
        if pattern is None:
            return {}
        found = self._numbered(connection, [draft.subject for draft in drafts])
        last: dict[str, int] = {}
        for draft in drafts:
            if draft.subject not in found and DOCUMENT_NUMBER not in draft.content:
                series = pattern.replace("{year}", str(draft.year))
                if series not in last:
                    last[series] = connection.execute(queries.last_number, {"series": series}).scalar_one()
                last[series] += 1
                found[draft.subject] = (series, last[series])
        return found

    def _numbered(self, connection: Connection, subjects: Sequence[UUID]) -> dict[UUID, tuple[str, int]]:
        values = {"kind": self.kind.code, "subjects": list(subjects)}
        return {row.subject_id: (row.series, row.number) for row in connection.execute(queries.numbered, values)}

    def _in_force(self, connection: Connection) -> str:
        """Return the hash of the template in force; the shipped one is stored, so that it stays what papers were made with."""
        digest = in_force(connection, self.kind, self.language)
        return digest or store_file(connection, self.tables, self.kind.shipped(self.language))


def in_force(connection: Connection, kind: PaperKind, language: str) -> str | None:
    """Return the hash of the template that two persons have put into force; None: the shipped one is."""
    found = chosen(connection, kind, language)
    return None if found is None else found.hash


def chosen(connection: Connection, kind: PaperKind, language: str) -> Row[Any] | None:
    """Return what two persons chose last for papers of a kind: a template, or the shipped one (no hash); None if never."""
    return connection.execute(queries.in_force, {"kind": kind.code, "language": language}).one_or_none()


def store_file(connection: Connection, tables: PaperTables, content: bytes) -> str:
    """Store a template's file once, and return its hash."""
    digest = template.hash_of(content)
    connection.execute(upsert(tables.files).values(hash=digest, content=content).on_conflict_do_nothing())
    return digest


def file_of(connection: Connection, tables: PaperTables, digest: str) -> bytes:
    """Return the file of a template by its hash."""
    query = select(tables.files.c.content).where(tables.files.c.hash == digest)
    return bytes(connection.execute(query).scalar_one())


def propose(
    connection: Connection,
    tables: PaperTables,
    kind: PaperKind,
    language: str,
    content: bytes | None,
    reason: str,
    *,
    by: str,
) -> dict[str, Any]:
    """Propose a template, or the shipped one again (None). Raises Invalid for what is none, or names unknown fields."""
    digest = None
    if content is not None:
        template.check(content, kind.fields)
        digest = store_file(connection, tables, content)
    values = {"kind": kind.code, "language": language, "hash": digest, "reason": reason, "proposed_by": by}
    return view(connection.execute(insert(tables.templates).values(values).returning(*tables.templates.c)).one())


def confirm(connection: Connection, tables: PaperTables, kind: PaperKind, change: UUID, *, by: str) -> dict[str, Any]:
    """Put a proposed template into force; raises NotFound, Conflict or SamePerson."""
    own = tables.templates.c
    return view(two_persons.confirm(connection, tables.templates, own.id == change, own.kind == kind.code, by=by))


def discard(
    connection: Connection, tables: PaperTables, kind: PaperKind, change: UUID, *, by: str, reason: str
) -> dict[str, Any]:
    """End a proposed template without effect; raises NotFound or Conflict."""
    own = tables.templates.c
    which = own.id == change, own.kind == kind.code
    return view(two_persons.discard(connection, tables.templates, *which, by=by, reason=reason))


def find(connection: Connection, tables: PaperTables, kind: PaperKind, change: UUID) -> Row[Any]:
    """Return a template that was ever proposed; raises NotFound."""
    own = tables.templates.c
    row = connection.execute(select(tables.templates).where(own.id == change, own.kind == kind.code)).one_or_none()
    if row is None:
        raise NotFound("There is no such change.")
    return row


def changes(connection: Connection, tables: PaperTables, kind: PaperKind) -> list[dict[str, Any]]:
    """Return every template ever proposed for a kind, oldest first."""
    query = select(tables.templates).where(tables.templates.c.kind == kind.code).order_by(tables.templates.c.id)
    return [view(row) for row in connection.execute(query)]


def view(row: Row[Any]) -> dict[str, Any]:
    """Return a proposed template as the API shows it."""
    return {**two_persons.view(row), "kind": row.kind, "language": row.language, "hash": row.hash}
