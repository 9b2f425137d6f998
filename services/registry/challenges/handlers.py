"""Use cases of challenges, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select, update

from services.registry.challenges.repository import changed_in, visible
from services.registry.challenges.tables import challenges
from services.registry.revisions.records import ReadAccess, read_records
from services.registry.revisions.repository import latest_revision
from shared.authorization import Actor
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.clock import isoformat
from shared.errors import Conflict, FieldError, Invalid, NotFound, SamePerson

MAKING_LOCK = 0x6368616C6C656E  # "challen": challenges are made one at a time


class ChallengeOutcome(StrEnum):
    """How a challenge was resolved."""

    CORRECTED = "corrected"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is challenged: a field of a row, or without `field` the row itself, and what it should be."""

    dataset: Dataset
    key: Mapping[str, Any]
    field: str | None
    stated: str | None
    reason: str
    document: str | None


def make(connection: Connection, access: ReadAccess, challenge: Challenge, actor: Actor) -> dict[str, Any]:
    """Store a challenge for whoever keeps the data.

    A field is challenged of a row that exists; without a field the row itself is: that it is there, or, where its key names an
    enterprise that the caller may act for, that it is missing. Raises Invalid for anything else, or Conflict while the caller's
    challenge that says the same is open.
    """
    dataset, revision = challenge.dataset, latest_revision(connection)
    if challenge.field is not None and challenge.field not in dataset.names:
        raise Invalid(errors=[FieldError("/field", "unknown_field", "this field is not known")])
    found = _rows(connection, access, dataset, challenge.key, revision)
    owner = _owner(connection, access, dataset, found[0] if found else challenge.key, revision)
    missing_of_own = challenge.field is None and owner is not None and (access.uscc or owner) == owner
    if not found and not missing_of_own:
        raise Invalid(
            errors=[
                FieldError("/key", "not_found", "There is no such row. Leave out the field to say that it is missing.")
            ]
        )
    same = {
        "dataset": dataset.name,
        "key": {name: value.isoformat() if isinstance(value, date) else value for name, value in challenge.key.items()},
        "field": challenge.field,
        "stated": challenge.stated,
        "made_by": actor.subject,
    }
    _require_no_open(connection, same)
    values = same | {
        "uscc": access.uscc or owner,
        "reason": challenge.reason,
        "document": challenge.document,
        "challenged_at_revision": revision,
    }
    return view(connection.execute(insert(challenges).values(values).returning(*challenges.c)).one())


def _require_no_open(connection: Connection, same: Mapping[str, Any]) -> None:
    """Raise Conflict, naming it, for an open challenge with the `same` values; of two at once, the second waits for the first."""
    connection.execute(select(func.pg_advisory_xact_lock(MAKING_LOCK)))
    query = select(challenges.c.id).where(challenges.c.outcome.is_(None)).limit(1)
    query = query.where(*(challenges.c[name].is_not_distinct_from(value) for name, value in same.items()))
    known = connection.execute(query).scalar_one_or_none()
    if known is not None:
        raise Conflict(
            "Your challenge {challenge_id} says the same, and waits to be resolved.",
            extra={"challenge_id": str(known), "state": "open", "possible": ["resolve"]},
            challenge_id=str(known),
        )


def resolve(
    connection: Connection,
    challenge_id: UUID,
    access: ReadAccess,
    actor: Actor,
    key: Callable[[Dataset, Mapping[str, Any]], Mapping[str, Any]],
    *,
    outcome: ChallengeOutcome,
    revision: int | None,
    reason: str,
) -> dict[str, Any]:
    """Resolve a challenge; `key` returns the typed key of a dataset's row.

    A correction names a later revision that changed the row. Raises NotFound, Conflict if it is resolved already, SamePerson,
    or Invalid.
    """
    row = get(connection, challenge_id, access, lock=True)
    _require_resolvable(row, actor)
    dataset = CATALOGUE[row.dataset]
    if (outcome is ChallengeOutcome.CORRECTED) != (revision is not None):
        message = "A correction names the revision that answers the challenge; a dismissal names none."
        raise Invalid(errors=[FieldError("/revision", "revision", message)])
    if revision is not None and not (
        revision > row.challenged_at_revision and changed_in(connection, dataset, key(dataset, row.key), revision)
    ):
        message = "This revision did not change the row after it was challenged."
        raise Invalid(errors=[FieldError("/revision", "revision_unrelated", message)])
    resolved = {
        "outcome": outcome.value,
        "revision": revision,
        "resolved_by": actor.subject,
        "resolved_at": func.now(),
        "resolution": reason,
    }
    changed = update(challenges).where(challenges.c.id == challenge_id).values(resolved)
    return view(connection.execute(changed.returning(*challenges.c)).one())


def _require_resolvable(row: Row[Any], actor: Actor) -> None:
    if row.outcome is not None:
        raise Conflict("The challenge is resolved already.", extra={"state": row.outcome, "possible": []})
    if row.made_by == actor.subject:
        raise SamePerson(
            "Someone other than the person who made the challenge must resolve it.",
            extra={"state": "open", "possible": ["resolve"]},
        )


def possible(row: Row[Any], actor: Actor) -> Iterator[str]:
    """Yield the operations that the challenge's state and its author leave to `actor`."""
    with suppress(Conflict, SamePerson):
        _require_resolvable(row, actor)
        yield "resolve_challenge"


def get(connection: Connection, challenge_id: UUID, access: ReadAccess, *, lock: bool = False) -> Row[Any]:
    """Return a challenge, locked if asked; raises NotFound if there is none that the caller may see."""
    query = select(challenges).where(visible(access), challenges.c.id == challenge_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("There is no such challenge.")
    return row


def find(
    connection: Connection,
    access: ReadAccess,
    *,
    dataset: str | None,
    uscc: str | None,
    is_open: bool | None,
    after: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` challenges, oldest first, after the id `after`."""
    query = select(challenges).where(visible(access)).order_by(challenges.c.id).limit(limit)
    if dataset is not None:
        query = query.where(challenges.c.dataset == dataset)
    if uscc is not None:
        query = query.where(challenges.c.uscc == uscc)
    if is_open is not None:
        query = query.where(challenges.c.outcome.is_(None) if is_open else challenges.c.outcome.is_not(None))
    if after is not None:
        query = query.where(challenges.c.id > after)
    return [view(row) for row in connection.execute(query)]


def view(row: Row[Any]) -> dict[str, Any]:
    """Return a challenge as the API shows it."""
    names = ("dataset", "key", "uscc", "field", "stated", "reason", "document", "made_by", "resolved_by", "resolution")
    return {
        "id": str(row.id),
        **{name: getattr(row, name) for name in names},
        "state": row.outcome or "open",
        "revision": row.revision,
        "made_at": isoformat(row.made_at),
        "resolved_at": row.resolved_at and isoformat(row.resolved_at),
    }


def _rows(
    connection: Connection, access: ReadAccess, dataset: Dataset, key: Mapping[str, Any], revision: int
) -> list[dict[str, Any]]:
    return read_records(connection, access, dataset, revision=revision, filters=key, after=None, limit=1)


def _owner(
    connection: Connection, access: ReadAccess, dataset: Dataset, row: Mapping[str, Any], revision: int
) -> str | None:
    """Return the enterprise that a row, or its key, names first, by itself or through its parent; None if it names none."""
    named = [row[name] for name in dataset.owners if row.get(name)]
    if named or not dataset.parent:
        return access.uscc if access.uscc in named else next(iter(named), None)
    parent = CATALOGUE[dataset.parent]
    found = _rows(connection, access, parent, {parent.key[0]: row[dataset.key[0]]}, revision)
    return found[0]["uscc"] if found else None
