"""Reading and writing batches and results, set by set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row, Text, Uuid, column, insert, select, table

from services.payout.batches.domain import BankResult, BatchedOrder
from services.payout.batches.files import ADDED
from services.payout.batches.tables import (
    bank_statements,
    payment_batches,
    restorations,
    result_proposal_rows,
    result_proposals,
)
from shared.database.bulk import array, copy_rows, read_frame
from shared.database.queries import load

queries = load(__package__)

_DETAILS = table(
    "payment_batch_details",
    column("id", Uuid),
    column("unit", Text),
    column("state"),
    column("orders"),
    column("total_fen"),
    column("registry_revision"),
    column("built_by"),
    column("built_at"),
    column("reentered_checksum"),
    column("settled"),
    column("failed"),
    column("returned"),
)
"""What readers see of a batch."""


def sending_is_held(connection: Connection) -> bool:
    """Return whether a restoration of the database is open, so that nothing may be sent."""
    return connection.execute(select(restorations.c.id).where(restorations.c.ended_at.is_(None))).first() is not None


def approved(connection: Connection, unit: str, order_ids: Sequence[UUID] | None, by: str) -> list[Row[Any]]:
    """Return approved orders of `unit` that are not on hold and that someone other than `by` approved: all, or those named."""
    values = {"unit": unit, "by": by, "ids": None if order_ids is None else array(order_ids)}
    return list(connection.execute(queries.approved, values))


def add(
    connection: Connection,
    batch_id: UUID,
    amounts_fen: Sequence[int],
    *,
    unit: str,
    registry_revision: int,
    accounts_on: date,
    by: str,
    reentered_checksum: str | None = None,
) -> None:
    """Store a batch of orders with these amounts."""
    connection.execute(
        insert(payment_batches).values(
            id=batch_id,
            unit=unit,
            orders=len(amounts_fen),
            total_fen=sum(amounts_fen),
            registry_revision=registry_revision,
            accounts_on=accounts_on,
            built_by=by,
            reentered_checksum=reentered_checksum,
        )
    )


def list_orders(connection: Connection, batch_id: UUID, purposes: Mapping[str, str]) -> None:
    """List the orders that were put into a batch; `purposes` has the purpose of each, unless its file is not payout's."""
    values = {"id": batch_id, "ids": array(purposes), "purposes": list(purposes.values())}
    connection.execute(queries.list_orders, values)


def view_or_none(connection: Connection, batch_id: UUID) -> dict[str, Any] | None:
    """Return a batch as its readers see it, or None."""
    row = connection.execute(select(_DETAILS).where(_DETAILS.c.id == batch_id)).mappings().one_or_none()
    return dict(row) if row else None


def view(connection: Connection, batch_id: UUID) -> dict[str, Any]:
    """Return a batch that exists."""
    found = view_or_none(connection, batch_id)
    assert found is not None
    return found


def views(connection: Connection, after: UUID | None, limit: int, unit: str | None) -> list[dict[str, Any]]:
    """Return up to `limit` batches (of `unit`) after the batch `after`, oldest first."""
    found = select(_DETAILS).order_by(_DETAILS.c.id).limit(limit)
    if after is not None:
        found = found.where(_DETAILS.c.id > after)
    if unit is not None:
        found = found.where(_DETAILS.c.unit == unit)
    return [dict(row) for row in connection.execute(found).mappings()]


def lines(connection: Connection, batch_id: UUID) -> pl.DataFrame:
    """Return what the file of a batch lists, in order: `order_id`, `amount_fen`, `payee_uscc`, `purpose`, the columns ADDED.

    A batch of before, whose purposes are no words, lacks these.
    """
    texts = ("order_id", "payee_uscc", "purpose", *ADDED)
    schema = dict.fromkeys(texts, pl.String()) | {"amount_fen": pl.Int64(), "former": pl.String()}
    lines = read_frame(connection, queries.lines, {"id": batch_id}, schema)
    return lines.drop("former", *(ADDED if "t" in lines["former"] else ()))


def batched_orders(connection: Connection, batch_id: UUID, order_ids: Sequence[str]) -> dict[str, BatchedOrder]:
    """Return those of `order_ids` that are in the batch, with their recorded results."""
    rows = connection.execute(queries.batched_orders, {"batch_id": batch_id, "ids": list(order_ids)})
    return {
        row.id: BatchedOrder(
            row.state,
            row.amount_fen,
            {
                outcome: (reference, day)
                for outcome, reference, day in zip(
                    row.outcomes or (), row.bank_references or (), row.days or (), strict=True
                )
            },
            row.replaced,
        )
        for row in rows
    }


def in_other_batches(connection: Connection, batch_id: UUID, order_ids: Collection[str]) -> set[str]:
    """Return those of `order_ids` that are in another batch."""
    values = {"batch_id": batch_id, "ids": array(order_ids)}
    return set(connection.execute(queries.in_other_batches, values).scalars())


def order_ids(connection: Connection, batch_id: UUID) -> list[str]:
    """Return the orders of a batch."""
    return list(connection.execute(queries.order_ids, {"batch_id": batch_id}).scalars())


def statement_year(connection: Connection, unit: str, kind: str, number: str) -> int | None:
    """Return the year of the statement with this number; None if it is new."""
    own = (bank_statements.c.unit == unit, bank_statements.c.kind == kind, bank_statements.c.number == number)
    year: int | None = connection.execute(select(bank_statements.c.year).where(*own)).scalar_one_or_none()
    return year


def add_statement(connection: Connection, unit: str, kind: str, number: str, year: int) -> None:
    """Keep the number of a statement, unless it is there."""
    connection.execute(queries.add_statement, {"unit": unit, "kind": kind, "number": number, "year": year})


def add_results(
    connection: Connection, batch_id: UUID, results: Sequence[BankResult], by: str, proposal_id: UUID | None
) -> None:
    """Record what the bank reported, or what `by` entered under a proposal."""
    values = {
        "batch_id": batch_id,
        "proposal_id": proposal_id,
        "by": by,
        "ids": array(result.order_id for result in results),
        "outcomes": array(result.outcome for result in results),
        "days": [result.occurred_on for result in results],
        "bank_references": [result.bank_reference for result in results],
        "reasons": [result.reason for result in results],
    }
    connection.execute(queries.add_results, values)


def propose_results(connection: Connection, batch_id: UUID, results: Sequence[BankResult], by: str) -> UUID:
    """Store results that a person enters, until another confirms them; returns their id."""
    added = insert(result_proposals).values(batch_id=batch_id, proposed_by=by).returning(result_proposals.c.id)
    proposal_id = UUID(str(connection.execute(added).scalar_one()))
    rows = (
        (proposal_id, r.line, r.at, r.order_id, r.outcome, r.occurred_on, r.bank_reference, r.reason, r.amount_fen)
        for r in results
    )
    copy_rows(connection, result_proposal_rows.name, result_proposal_rows.c.keys(), rows)
    return proposal_id


def proposed_results(connection: Connection, results_id: UUID) -> list[BankResult]:
    """Return the rows of results that a person entered, in their order."""
    own = select(result_proposal_rows).where(result_proposal_rows.c.proposal_id == results_id)
    return [
        BankResult(
            order_id=str(row.order_id),
            outcome=row.outcome,
            occurred_on=row.occurred_on,
            bank_reference=row.bank_reference,
            reason=row.reason,
            amount_fen=row.amount_fen,
            line=row.line,
            at=row.place,
        )
        for row in connection.execute(own.order_by(result_proposal_rows.c.line))
    ]


def result_proposals_of(
    connection: Connection,
    batch_id: UUID,
    results_id: UUID | None = None,
    *,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Return up to `limit` results that persons entered of a batch, or one, after one, with sums by outcome."""
    where = {"batch_id": batch_id, "id": results_id, "after": after, "limit": limit}
    return [dict(row) for row in connection.execute(queries.result_proposals, where).mappings()]


def result_rows(connection: Connection, results_id: UUID, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` rows of entered results after a line, each beside its order as it is now."""
    where = {"id": results_id, "after": -1 if after is None else after, "limit": limit}
    return [dict(row) for row in connection.execute(queries.result_rows, where).mappings()]


def accounts_on(connection: Connection, batch_id: UUID) -> date:
    """Return the day whose accounts a batch has."""
    day: date = connection.execute(
        select(payment_batches.c.accounts_on).where(payment_batches.c.id == batch_id)
    ).scalar_one()
    return day
