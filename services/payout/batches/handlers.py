"""Use cases of batches: build one from approved orders, and give its file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row

from services.payout.batches import files, repository
from services.payout.batches.files import PaymentFile
from services.payout.checks import handlers as checks
from services.payout.clients.eligibility import Decisions
from services.payout.clients.payees import Payees
from services.payout.clients.registry import Accounts, revisions_of
from services.payout.orders import transitions
from services.payout.orders.domain import purpose_of
from services.payout.orders.repository import lock_exclusively
from services.payout.seals import Sealed, Seals
from services.payout.settings import Payer
from shared.clock import calendar_date
from shared.errors import Conflict, FieldError
from shared.identifiers import new_id

NO_SUCH_BATCH = "There is no such batch; `GET /v1/payment-batches` lists them."
MAX_ERRORS = 1_000


def build(
    connection: Connection,
    accounts: Accounts,
    decisions: Decisions,
    *,
    unit: str,
    order_ids: Sequence[UUID] | None,
    payees: Payees,
    sample_percent: int,
    by: str,
    now: datetime,
) -> dict[str, Any]:
    """Make a batch of the approved orders of `unit` (or of those named) and return it.

    Accounts are read in one bulk call; an order whose payee's account is not the one that was approved goes back to `issued`.
    Orders of an award that eligibility does not have as payout does are left out: money leaves only for what it decided. So are
    those about which a check finds something, and `sample_percent` of the others for verification, until another person releases
    them.
    Raises Conflict if no order can be sent, Unavailable if registry or eligibility does not answer.
    """
    lock_exclusively(connection)
    if repository.sending_is_held(connection):
        raise Conflict(
            "Payout's database was restored to an earlier point, and sending is on hold. Enter the files sent since then again;"
            " then another person ends the restoration (docs/restoring.md)."
        )
    rows = repository.approved(connection, unit, order_ids, by)
    if order_ids is not None and len(rows) < len(set(order_ids)):
        raise Conflict(
            "Each order named must belong to this unit, be approved by another person and not be on hold.",
            errors=_not_able(order_ids, {str(row.id) for row in rows}),
            extra={"able": len(rows), "named": len(set(order_ids))},
        )
    day = calendar_date(now)
    revision = accounts.latest_revision()
    revisions = revisions_of(accounts.on(day, {row.payee_uscc for row in rows}, revision))
    in_force = decisions.in_force_of({row.award_id for row in rows})
    able: list[Row[Any]] = []
    changed: list[Row[Any]] = []
    unconfirmed: list[Row[Any]] = []
    for row in rows:
        if revisions.get(row.payee_uscc, 0) != row.account_revision:
            changed.append(row)
        elif row.award_id not in in_force or in_force[row.award_id].stated != _stated(row):
            unconfirmed.append(row)
        else:
            able.append(row)
    transitions.revoke(connection, [row.id for row in changed], now)
    left_out: dict[str, Any] = {"sent_back": len(changed), "unconfirmed": len(unconfirmed)}
    left_out |= {"held": 0, "findings": {}, "sample": None}
    if able:
        checked = checks.check(
            connection,
            payees,
            [row.id for row in able],
            unit=unit,
            day=day,
            revision=revision,
            sample_percent=sample_percent,
            by=by,
        )
        able = [row for row in able if row.id not in checked.held]
        left_out |= {"held": len(checked.held), "findings": checked.findings, "sample": checked.sample}
    if not able:
        if changed or left_out["held"]:
            # An error would roll back the orders that went back to `issued`, and the findings: the answer is an empty batch.
            return {"id": None, "unit": unit, "state": "empty", "orders": 0, "total_fen": 0, **left_out}
        if unconfirmed:
            raise Conflict(
                "Eligibility does not have these awards as payout does, so nothing is sent. Run `subsidies payout reconcile`.",
                extra={"awards": sorted({row.award_id for row in unconfirmed})[:MAX_ERRORS]},
            )
        raise Conflict(
            "This unit has no approved order that you can send. Orders must be approved by another person and not be on hold."
        )
    batch_id = new_id(now)
    amounts = [row.amount_fen for row in able]
    repository.add(connection, batch_id, amounts, unit=unit, registry_revision=revision, accounts_on=day, by=by)
    transitions.batch(connection, batch_id, [row.id for row in able], by=by)
    purposes = {row.id: purpose_of(row.award, row.award_year) for row in able}
    repository.list_orders(connection, batch_id, purposes)
    return repository.view(connection, batch_id) | left_out


def allowed_of_list(connection: Connection) -> list[str]:
    """Return the operations on batches that are possible now: none is built while a restoration is open."""
    return [] if repository.sending_is_held(connection) else ["build_payment_batch"]


def allowed(batch: Mapping[str, Any]) -> list[str]:
    """Return the operations that the state of a batch allows. The bank may report what came back long after it was completed."""
    file = [] if batch["reentered_checksum"] is not None else ["get_payment_batch_file"]
    return [*file, "record_payment_results", "check_payment_results"]


def _stated(row: Row[Any]) -> tuple[int, int, str, str]:
    return row.version, row.entitlement_fen, row.award_payee_uscc, row.jurisdiction


def _not_able(order_ids: Sequence[UUID], able: Collection[str]) -> list[FieldError]:
    places = (place for place, order_id in enumerate(order_ids) if str(order_id) not in able)
    return [
        FieldError(
            f"/order_ids/{place}", "not_able", "Not approved by another person, of another unit, on hold, or unknown."
        )
        for place in islice(places, MAX_ERRORS)
    ]


def rows_of(connection: Connection, batch: Mapping[str, Any], accounts: Accounts) -> pl.DataFrame:
    """Return the rows of a batch's file, always the same."""
    lines = repository.lines(connection, batch["id"])
    day = repository.accounts_on(connection, batch["id"])
    return files.rows_of(lines, accounts.on(day, set(lines["payee_uscc"]), batch["registry_revision"]))


def file_of(
    connection: Connection, batch: Mapping[str, Any], accounts: Accounts, seals: Seals, payers: Mapping[str, Payer]
) -> PaymentFile:
    """Return a batch's file, always the same; its seal is the same in every format."""
    rows, day = rows_of(connection, batch, accounts), repository.accounts_on(connection, batch["id"])
    checksum = files.checksum_of(rows)
    seal = seals.seal(Sealed(batch["unit"], day, batch["registry_revision"]), checksum)
    return PaymentFile(str(batch["id"]), batch["built_at"], day, rows, checksum, seal, payers.get(batch["unit"]))
