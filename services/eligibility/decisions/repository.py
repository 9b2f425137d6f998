"""Reads of decisions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    select,
    true,
    tuple_,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause

from services.eligibility.decisions.domain import State
from services.eligibility.decisions.tables import (
    awards,
    decision_acts,
    decision_steps,
    decisions,
    documents,
    sealed_inputs,
)
from services.eligibility.rules.canonical import sha256
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor
from shared.clock import isoformat
from shared.database.frames import frame_of
from shared.errors import NotFound
from shared.i18n import N_, translate

FACTS_CHANGED = N_("the facts or interpretations have changed")
"""The reason of acts by which an evaluation replaces a proposal, as `transitions.sql` stores it."""
_selected = select(decisions, awards.c.first_decided_on).join(awards, awards.c.award_id == decisions.c.award_id)


@cache
def _shown(notice_days: int) -> Select[Any]:
    """Select what `view` shows; a notice lasts `notice_days` working days (0: none is needed) unless a procedure sets it."""
    return _selected.add_columns(_waits(notice_days).c.waiting_for).join(_waits(notice_days), true())


@cache
def _waits(notice_days: int) -> LateralFromClause:
    """Return the steps that each decision waits for, beside it."""
    return func.waiting_for(decisions.table_valued(), notice_days).table_valued("waiting_for").lateral("waits")


def visible(query: Select[Any], actor: Actor) -> Select[Any]:
    """Restrict `query` to the decisions that `actor` may see: of its jurisdiction or enterprise, if it has one."""
    column, own = _own(actor)
    return query if column is None else query.where(column == own)


def _own(actor: Actor) -> tuple[Column[str] | None, str | None]:
    """Return the column that restricts what `actor` may see, and its value there; no column if it may see everything."""
    if actor.uscc is not None:
        return decisions.c.payee_uscc, actor.uscc
    return (None, None) if actor.jurisdiction is None else (decisions.c.jurisdiction, actor.jurisdiction)


def get(connection: Connection, decision_id: UUID, actor: Actor, *, lock: bool = False) -> Row[Any]:
    """Return a decision; raises NotFound if there is none that `actor` may see. `lock` locks its award, then the decision."""
    if lock:
        connection.execute(
            select(awards.c.award_id)
            .where(
                awards.c.award_id == select(decisions.c.award_id).where(decisions.c.id == decision_id).scalar_subquery()
            )
            .with_for_update()
        )
    query = visible(_selected, actor).where(decisions.c.id == decision_id)
    row = connection.execute(query.with_for_update(of=decisions) if lock else query).one_or_none()
    if row is None:
        raise NotFound("There is no such decision.")
    return row


@cache
def _told(notice_days: int) -> Select[Any]:
    """Select what `view`, `acts` and `steps` show, in one question to the database."""
    return _shown(notice_days).add_columns(
        _rows_of(decision_acts, decision_acts.c.id).label("acts"),
        _rows_of(decision_steps, decision_steps.c.place).label("steps"),
    )


def _rows_of(table: Table, order: ColumnElement[int]) -> ScalarSelect[Any]:
    """Return a decision's rows in `table` as JSON, in `order`; null if it has none."""
    rows = func.json_agg(aggregate_order_by(table.table_valued(), order))
    return select(rows).where(table.c.decision_id == decisions.c.id).scalar_subquery()


def read(connection: Connection, decision_id: UUID, actor: Actor, notice_days: int) -> Row[Any]:
    """Return a decision with what it waits for; raises NotFound if there is none that `actor` may see."""
    return _one(connection, _shown(notice_days), decision_id, actor)


def read_told(connection: Connection, decision_id: UUID, actor: Actor, notice_days: int) -> Row[Any]:
    """Return a decision as `read` does, with what `acts` and `steps` tell of it."""
    return _one(connection, _told(notice_days), decision_id, actor)


def _one(connection: Connection, query: Select[Any], decision_id: UUID, actor: Actor) -> Row[Any]:
    column, own = _own(actor)
    row = connection.execute(_by_id(query, column), {"decision_id": decision_id, "own": own}).one_or_none()
    if row is None:
        raise NotFound("There is no such decision.")
    return row


@cache
def _by_id(query: Select[Any], column: Column[str] | None) -> Select[Any]:
    """Return `query` for one decision, seen by somebody whom `column` restricts; made once, for that takes as long as to read."""
    found = query.where(decisions.c.id == bindparam("decision_id", type_=Uuid))
    return found if column is None else found.where(column == bindparam("own"))


def step(connection: Connection, decision_id: UUID, name: str) -> Row[Any] | None:
    """Return a step that the procedure requires of a decision; None if it does not."""
    columns = decision_steps.c
    query = select(decision_steps).where(columns.decision_id == decision_id, columns.step == name)
    return connection.execute(query).one_or_none()


def steps(row: Row[Any]) -> list[dict[str, Any]]:
    """Return the steps that the procedure requires of a decision that `read_told` has found, and what became of each."""
    return [
        {name: each[name] for name in ("step", "due_on", "outcome", "reason", "statement", "acted_by")}
        | {"acted_at": each["acted_at"] and isoformat(datetime.fromisoformat(each["acted_at"]))}
        for each in row.steps or ()
    ]


def find(
    connection: Connection,
    actor: Actor,
    limit: int,
    after: UUID | None,
    filters: dict[str, Any],
    changed_after: datetime | None,
    *,
    waiting_for: str | None = None,
    language: str,
    notice_days: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` decisions that match `filters` (column → value), in the order of their ids, after the id `after`."""
    conditions = [decisions.c[name] == value for name, value in filters.items() if value is not None]
    if changed_after is not None:
        conditions.append(decisions.c.changed_at > changed_after)
    if after is not None:
        conditions.append(decisions.c.id > after)
    if waiting_for is not None:
        conditions.append(literal(waiting_for) == any_(_waits(notice_days).c.waiting_for))
    query = visible(_shown(notice_days), actor).where(and_(True, *conditions)).order_by(decisions.c.id).limit(limit)
    return [view(row, language) for row in connection.execute(query)]


def find_in_force(
    connection: Connection, actor: Actor, award_ids: Sequence[UUID], language: str
) -> list[dict[str, Any]]:
    """Return the decision in force of each of these awards that has one."""
    of_awards = decisions.c.award_id == any_(cast(award_ids, ARRAY(Uuid)))
    query = visible(_shown(0), actor).where(of_awards, decisions.c.state == State.APPROVED)
    return [view(row, language) for row in connection.execute(query)]


def in_force(connection: Connection, award_ids: Sequence[str]) -> dict[str, Any]:
    """Return what the version in force of each of these awards states, by award id, of those that have one."""
    stated = (decisions.c.version, decisions.c.entitlement_fen, decisions.c.payee_uscc, decisions.c.jurisdiction)
    query = select(decisions.c.award_id, *stated).where(
        decisions.c.award_id == any_(cast(award_ids, ARRAY(Uuid))), decisions.c.state == State.APPROVED
    )
    return {str(row.award_id): row for row in connection.execute(query)}


def first_decision_day(connection: Connection, row: Row[Any]) -> date:
    """Return the first version's decision day that a decision was evaluated with: its own day if it had no predecessor."""
    earlier = exists().where(decisions.c.award_id == row.award_id, decisions.c.version == 1, decisions.c.id < row.id)
    day: date = row.first_decided_on if connection.execute(select(earlier)).scalar_one() else row.decided_on
    return day


def first_decision_days(connection: Connection, rows: Sequence[Row[Any]]) -> dict[UUID, date]:
    """Return `first_decision_day` of several decisions, by their ids."""
    of_awards = decisions.c.award_id == any_(cast([row.award_id for row in rows], ARRAY(Uuid)))
    query = select(decisions.c.award_id, decisions.c.id).where(of_awards, decisions.c.version == 1)
    first = {row.award_id: row.id for row in connection.execute(query)}
    return {
        row.id: row.first_decided_on if row.award_id in first and first[row.award_id] < row.id else row.decided_on
        for row in rows
    }


def acts(row: Row[Any], language: str) -> list[dict[str, Any]]:
    """Return what was done to a decision that `read_told` has found, by whom and why, oldest first.

    A reason that the system gave is in `language`.
    """
    return [
        {
            "act": each["act"],
            "state": each["state"],
            "actor": each["actor"],
            "acted_at": isoformat(datetime.fromisoformat(each["acted_at"])),
            "reason": translate(FACTS_CHANGED, language) if each["reason"] == FACTS_CHANGED else each["reason"],
            "step": each["step"],
        }
        for each in row.acts or ()
    ]


def document(connection: Connection, digest: str) -> str:
    """Return a stored document by its hash."""
    content: str = connection.execute(select(documents.c.content).where(documents.c.hash == digest)).scalar_one()
    return content


def documents_of(connection: Connection, digests: Collection[str]) -> dict[str, str]:
    """Return stored documents by their hashes."""
    query = select(documents.c.hash, documents.c.content).where(
        documents.c.hash == any_(cast(list(digests), ARRAY(Text)))
    )
    return {row.hash: row.content for row in connection.execute(query)} if digests else {}


def sealed_documents(connection: Connection, rows: Collection[Row[Any]]) -> dict[str, str]:
    """Return the sealed inputs of decisions or refusals by their hashes. Those that were sealed one by one are documents."""
    wanted = {row.inputs_hash for row in rows}
    keys = {row.inputs_hash: (row.evaluation_id, number) for row in rows if (number := _inputs_number(row)) is not None}
    found = documents_of(connection, wanted - keys.keys())
    place = tuple_(sealed_inputs.c.evaluation_id, sealed_inputs.c.number)
    query = select(sealed_inputs.c.documents).where(place.in_(set(keys.values())))
    for stream in connection.execute(query).scalars() if keys else ():
        by_hash = ((sha256(content.encode()), content) for content in frame_of(stream)["content"])
        found |= {digest: content for digest, content in by_hash if digest in wanted}
    return found


def _inputs_number(row: Row[Any]) -> int | None:
    """Return which row of its evaluation's sealed inputs holds a decision's; None for a refusal's, which are a document."""
    return getattr(row, "inputs_number", None)


def find_rows(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    """Return decisions by their ids, as `get` does each."""
    query = _selected.where(decisions.c.id == any_(cast(list(ids), ARRAY(Uuid))))
    return {row.id: row for row in connection.execute(query)}


def versions_before(connection: Connection, rows: Sequence[Row[Any]]) -> dict[UUID, Row[Any]]:
    """Return the version before each of these decisions in force, or once in force, that has one; by the later one's id."""
    of_awards = decisions.c.award_id == any_(cast([row.award_id for row in rows], ARRAY(Uuid)))
    query = _selected.where(of_awards, decisions.c.version.is_not(None))
    found = {(row.award_id, row.version): row for row in connection.execute(query)}
    keys = {row.id: (row.award_id, row.version - 1) for row in rows}
    return {later: found[key] for later, key in keys.items() if key in found}


def cited_article(policy: str, award: str, language: str) -> str:
    """Return the sentence that grants an award as `language` cites it; rows and events hold the article's number."""
    found = load_policy(policy)
    return found.sentence_of(found.award(award)).cited.within(language)


def view(row: Row[Any], language: str) -> dict[str, Any]:
    """Return a decision that `read` has found as the API shows it; `language` is that of the citation."""
    return {
        "id": str(row.id),
        "award_id": str(row.award_id),
        "evaluation_id": str(row.evaluation_id),
        "version": row.version,
        "state": row.state,
        "policy": row.policy,
        "award": row.award,
        "article": cited_article(row.policy, row.award, language),
        "subject": row.subject,
        "award_year": row.award_year,
        "payee": {"uscc": row.payee_uscc, "name": row.payee_name},
        "jurisdiction": row.jurisdiction,
        "result": row.result,
        "kind": row.kind,
        "entitlement_fen": row.entitlement_fen,
        "instalments": row.instalments,
        "decided_on": row.decided_on.isoformat(),
        "first_decided_on": (row.first_decided_on or row.decided_on).isoformat(),
        "reason": row.reason,
        "flags": row.flags,
        "proposed_by": row.proposed_by,
        "proposed_at": isoformat(row.proposed_at),
        "fact_authors": row.fact_authors,
        "approved_by": row.approved_by,
        "approved_at": isoformat(row.approved_at) if row.approved_at else None,
        "changed_at": isoformat(row.changed_at),
        "notice_id": str(row.notice_id) if row.notice_id else None,
        "noticed_on": row.noticed_on.isoformat() if row.noticed_on else None,
        "round_id": str(row.round_id) if row.round_id else None,
        "waiting_for": row.waiting_for,
        "receipt": {
            "facts_revision": row.facts_revision,
            "policy_hash": row.policy_hash,
            "interpretations_hash": row.interpretations_hash,
            "inputs_hash": row.inputs_hash,
            "engine_version": row.engine_version,
            **({"procedure_hash": row.procedure_hash} if row.procedure_hash else {}),
        },
    }


def etag(row: Row[Any]) -> str:
    """Return the entity tag of a decision; every act changes it."""
    return f'"{row.revision}"'
