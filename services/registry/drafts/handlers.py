"""Use cases of drafts: list and show them, confirm or discard one, each within the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, exists, select, text, update

from services.registry.datasets.tables import drafted_name
from services.registry.revisions import drafting, repository, statements
from services.registry.revisions.domain import Author, Clearing, Kind
from services.registry.revisions.handlers import refuse
from services.registry.revisions.records import ReadAccess
from services.registry.revisions.tables import drafts
from shared import two_persons
from shared.authorization import Actor
from shared.catalogue.datasets import CATALOGUE
from shared.database.queries import load
from shared.errors import DomainError, Forbidden, NotFound

queries = load(__package__)


class PayeeOutcome(StrEnum):
    """What becomes of the drafts of an account that its payee has confirmed."""

    CONFIRMED = "confirmed"
    OWN_DRAFT = "own_draft"
    CHANGED = "changed"
    NO_DRAFT = "no_draft"


def get(connection: Connection, draft_id: UUID, *, own_uscc: str | None = None) -> Row[Any]:
    """Return a draft, of an account of one enterprise if it is given; raises NotFound."""
    row = connection.execute(select(drafts).where(drafts.c.id == draft_id)).one_or_none()
    values = {"draft": draft_id, "uscc": own_uscc}
    if row is None or (own_uscc and not connection.execute(queries.concerns, values).scalar_one()):
        raise NotFound("There is no such draft.")
    return row


def find(
    connection: Connection,
    *,
    state: str | None,
    dataset: str | None,
    own_uscc: str | None,
    after: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` drafts in this state, of this dataset and of accounts of one enterprise, the newest first."""
    accounts = drafts.metadata.tables[drafted_name("payee_accounts")].c
    conditions = [
        *([exists().where(accounts.draft_id == drafts.c.id, accounts.uscc == own_uscc)] if own_uscc else []),
        *([two_persons.is_in(drafts, state)] if state else []),
        *([drafts.c.dataset == dataset] if dataset else []),
        *([drafts.c.id < after] if after else []),
    ]
    query = select(drafts).where(and_(True, *conditions)).order_by(drafts.c.id.desc()).limit(limit)
    return [view(row) for row in connection.execute(query)]


def view(row: Row[Any]) -> dict[str, Any]:
    """Return a draft as the API shows it, without its rows."""
    shown = ("dataset", "kind", "source", "import_id", "base_revision", "rows", "revision")
    return two_persons.view(row) | {name: getattr(row, name) for name in shown}


def changes(
    connection: Connection, access: ReadAccess, row: Row[Any], after: Sequence[Any] | None, limit: int
) -> list[dict[str, Any]]:
    """Return up to `limit` rows of a draft in key order, after the key `after`: before and after, masked for the caller."""
    dataset = CATALOGUE[row.dataset]
    values: Mapping[str, Any] = {"draft": row.id, "limit": limit, "own_uscc": access.uscc}
    if after is not None:
        values = {**values, **{f"a_{name}": value for name, value in zip(dataset.key, after, strict=True)}}
    query = statements.page_of_draft(dataset, row.base_revision, own=access.uscc is not None, follows=after is not None)
    found = []
    for change in connection.execute(text(query), values):
        drafted, before = (
            access.masked(dataset, change.drafted),
            change.before and access.masked(dataset, change.before),
        )
        found.append(
            {
                "key": [change._mapping[name] for name in dataset.key],
                "before": before,
                "after": None if row.kind == Kind.WITHDRAWAL else drafted,
                "holder_differs": change.holder_differs,
            }
        )
    return found


def confirm(connection: Connection, draft_id: UUID, *, by: str, now: datetime) -> dict[str, Any]:
    """Make the revision that a draft holds, checked against the registry as it is now; returns the draft.

    Raises NotFound, SamePerson, Conflict if it is confirmed or discarded already or its records have been changed since, and
    RowsRefused for what the registry no longer accepts. The draft then stays as it was.
    """
    row = two_persons.confirm(connection, drafts, drafts.c.id == draft_id, by=by)
    author = Author(Kind(row.kind), row.proposed_by, now, row.source, row.reason, row.import_id, confirmed_by=by)
    repository.lock_publishing(connection)
    staging = drafting.staged_again(connection, row)
    total = staging.rows
    if author.kind is Kind.WITHDRAWAL:
        published = repository.publish_withdrawal(connection, staging, author)
    else:
        # What it empties was allowed when it was drafted, and no value has changed since.
        published = repository.publish(connection, [staging], author, clearing=Clearing.ALLOW)
    refuse(staging.dataset, published.errors.values(), [f"/items/{place}" for place in range(total)])
    made = update(drafts).where(drafts.c.id == draft_id).values(revision=published.revision)
    return view(connection.execute(made.returning(*drafts.c)).one())


def confirm_of_payee(connection: Connection, uscc: str, *, by: str, at: datetime, now: datetime) -> dict[str, Any]:
    """Confirm the drafts of a payee's account that were there at `at`, when `by` confirmed it; told again, it changes nothing.

    Whoever drafted an account does not become its second person: such a draft waits for another one. So does a draft that the
    registry no longer accepts. Of a draft with accounts of other payees too, its own become a draft by themselves.
    """
    found, outcome = [], PayeeOutcome.NO_DRAFT
    for row in connection.execute(queries.of_payee, {"uscc": uscc, "until": at}).all():
        if row.proposed_by == by:
            outcome = PayeeOutcome.OWN_DRAFT
            continue
        try:
            with connection.begin_nested():
                values = {"uscc": uscc, "draft": row.id}
                own = connection.execute(queries.own_part, values).scalar_one() if row.shared else row.id
                found.append(confirm(connection, own, by=by, now=now)["id"])
        except DomainError:
            outcome = PayeeOutcome.CHANGED
    return {"uscc": uscc, "outcome": PayeeOutcome.CONFIRMED if found else outcome, "drafts": found}


def discard(connection: Connection, draft_id: UUID, *, by: str, reason: str) -> dict[str, Any]:
    """End a draft without effect; raises NotFound, or Conflict if it is confirmed or discarded already."""
    return view(two_persons.discard(connection, drafts, drafts.c.id == draft_id, by=by, reason=reason))


def require_confirmer(row: Row[Any], actor: Actor) -> None:
    """Raise Forbidden unless the token has the scope that confirms drafts of this one's dataset."""
    confirmation = CATALOGUE[row.dataset].confirmation
    assert confirmation is not None
    actor.require(confirmation)


def require_confirmer_or_author(row: Row[Any], actor: Actor) -> None:
    """Raise Forbidden for anybody but who sent the draft and those who may confirm it."""
    if row.proposed_by != actor.subject:
        require_confirmer(row, actor)


def possible(row: Row[Any], actor: Actor) -> Iterator[str]:
    """Yield the operations that the draft's state, its dataset and its author leave to `actor`."""
    if two_persons.state(row) != "proposed":
        return
    with suppress(Forbidden):
        require_confirmer(row, actor)
        if row.proposed_by != actor.subject:
            yield "confirm_draft"
    with suppress(Forbidden):
        require_confirmer_or_author(row, actor)
        yield "discard_draft"
