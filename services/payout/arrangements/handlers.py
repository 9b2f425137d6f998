"""Use cases of fiscal arrangements: draft and confirm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.payout.arrangements import repository
from services.payout.arrangements.domain import Draft
from services.payout.arrangements.tables import arrangement_rows, arrangement_shares, arrangements
from shared.errors import Conflict, DomainError, NotFound, SamePerson
from shared.identifiers import new_id

NO_SUCH = "There is no such arrangement; `GET /v1/arrangements` lists them."


def draft(connection: Connection, document: Draft, *, by: str, now: datetime) -> dict[str, Any]:
    """Store `document` as a draft and return it as its readers see it."""
    arrangement_id = new_id(now)
    connection.execute(
        insert(arrangements).values(
            id=arrangement_id,
            policy=document.policy,
            number=document.number,
            effective_from=document.effective_from,
            effective_until=document.effective_until,
            sample=document.sample,
            shortage=document.shortage,
            drafted_by=by,
        )
    )
    rows: list[dict[str, object]] = []
    shares: list[dict[str, object]] = []
    for (jurisdiction, award), rule in document.rules.items():
        key = {"arrangement_id": arrangement_id, "jurisdiction": jurisdiction, "award": award}
        rows.append(key | {"remainder_to": rule.remainder_to})
        shares += [
            key | {"unit": share.unit, "numerator": share.numerator, "denominator": share.denominator}
            for share in rule.shares
        ]
    connection.execute(insert(arrangement_rows), rows)
    connection.execute(insert(arrangement_shares), shares)
    return get(connection, arrangement_id)


def confirm(
    connection: Connection, arrangement_id: UUID, *, by: str, now: datetime, samples_allowed: bool = False
) -> dict[str, Any]:
    """Confirm a draft: from now on it is in force in its period and never edited. Awards that wait for it continue by themselves.

    Raises NotFound; SamePerson for the author; Conflict if it is confirmed already, overlaps another confirmed one, or is a
    sample in a deployment that pays real money.
    """
    row = connection.execute(
        select(arrangements).where(arrangements.c.id == arrangement_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(NO_SUCH)
    if refusal := _refusal(row._asdict(), by, samples_allowed=samples_allowed):
        raise refusal
    try:
        connection.execute(
            update(arrangements)
            .where(arrangements.c.id == arrangement_id)
            .values(state="confirmed", confirmed_by=by, confirmed_at=now)
        )
    except IntegrityError as error:
        raise Conflict("A confirmed arrangement is in force on some of its days: choose other dates.") from error
    return get(connection, arrangement_id)


def allowed(connection: Connection, arrangement: Mapping[str, Any], *, by: str, samples_allowed: bool) -> list[str]:
    """Return the operations that the state of an arrangement allows `by`."""
    if _refusal(arrangement, by, samples_allowed=samples_allowed) or repository.overlaps(connection, arrangement["id"]):
        return []
    return ["confirm_arrangement"]


def _refusal(arrangement: Mapping[str, Any], by: str, *, samples_allowed: bool) -> DomainError | None:
    """Return why `by` cannot confirm an arrangement, apart from others in force on its days."""
    if arrangement["state"] == "confirmed":
        return Conflict("The arrangement is confirmed already and never changes; draft another for other dates.")
    if arrangement["sample"] and not samples_allowed:
        return Conflict("A sample arrangement is never confirmed in production: draft the real one.")
    if arrangement["drafted_by"] == by:
        return SamePerson(
            "The author of an arrangement cannot confirm it; another person with `arrangements:confirm` must."
        )
    return None


def samples_in_force(connection: Connection) -> list[str]:
    """Return the numbers of confirmed arrangements that are samples."""
    numbers = select(arrangements.c.number).where(arrangements.c.sample, arrangements.c.state == "confirmed")
    return list(connection.execute(numbers.order_by(arrangements.c.effective_from)).scalars())


def get(connection: Connection, arrangement_id: UUID) -> dict[str, Any]:
    """Return an arrangement as its readers see it; raises NotFound."""
    found = repository.view(connection, arrangement_id)
    if found is None:
        raise NotFound(NO_SUCH)
    return found
