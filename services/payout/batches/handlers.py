"""Use cases of batches: build one from approved orders, apply the bank's results."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row

from services.payout.awards.adjustment import adjust
from services.payout.awards.repository import owed
from services.payout.batches import files, repository
from services.payout.batches.bank_results import BankAnswer
from services.payout.batches.domain import CheckedResults, Days, check_results
from services.payout.clients.eligibility import Decisions
from services.payout.clients.registry import Accounts, revisions_of
from services.payout.funding.repository import lock_blockers_shared
from services.payout.orders import transitions
from services.payout.orders.repository import lock_awards_of, lock_exclusively, lock_shared
from shared.clock import calendar_date
from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.i18n import N_
from shared.identifiers import new_id


class ResultsRefused(Invalid):
    """Rows were refused, nothing was recorded."""

    code = "results-refused"
    title = N_("Rows were refused, nothing was recorded")


NO_SUCH_BATCH = "There is no such batch; `GET /v1/payment-batches` lists them."
MAX_ERRORS = 1_000
CHUNK_AWARDS = 2_000


def build(
    connection: Connection,
    accounts: Accounts,
    decisions: Decisions,
    *,
    unit: str,
    order_ids: Sequence[UUID] | None,
    by: str,
    now: datetime,
) -> dict[str, Any]:
    """Make a batch of the approved orders of `unit` (or of those named) and return it.

    Accounts are read in one bulk call; an order whose payee's account is not the one that was approved goes back to `issued`.
    Orders of an award that eligibility does not have as payout does are left out: money leaves only for what it decided.
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
    left_out = {"sent_back": len(changed), "unconfirmed": len(unconfirmed)}
    if not able:
        if changed:
            # An error would roll back the orders that went back to `issued`: the answer is an empty batch.
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
    repository.list_orders(connection, batch_id)
    return repository.view(connection, batch_id) | left_out


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


def apply_results(
    connection: Connection,
    batch_id: UUID,
    answer: BankAnswer,
    accounts: Accounts,
    *,
    all_or_nothing: bool,
    by: str,
    now: datetime,
) -> CheckedResults:
    """Apply the bank's rows to the orders of a batch; the same row again changes nothing.

    Raises NotFound, or ResultsRefused with each row's mistake if one is refused and `all_or_nothing` is asked for.
    """
    batch = _batch(connection, batch_id)
    changed = _changed(connection, batch, answer, accounts)
    lock_blockers_shared(connection)
    award_ids = list(lock_awards_of(connection, {result.order_id for result in answer.results}))
    lock_shared(connection)
    checked = _compare(connection, batch, answer, changed, now)
    if checked.mistakes and all_or_nothing:
        raise ResultsRefused(
            "See `errors`. Correct these rows and send the answer again.",
            errors=[mistake for _, mistake in checked.mistakes[:MAX_ERRORS]],
            extra={"rows": counts(answer, checked)},
        )
    repository.add_results(connection, batch_id, checked.accepted, by)
    reported = [
        transitions.BankOutcome(each.order_id, each.outcome, each.occurred_on, each.bank_reference, each.reason)
        for each in checked.accepted
    ]
    # An order that was settled and came back moves twice.
    firsts = {each.order_id: each for each in reversed(reported)}
    transitions.apply_results(connection, list(firsts.values()), by=by)
    transitions.apply_results(connection, [each for each in reported if firsts[each.order_id] is not each], by=by)
    transitions.publish_results(connection, reported, now)
    for place in range(0, len(award_ids), CHUNK_AWARDS):
        adjust(connection, owed(connection, award_ids[place : place + CHUNK_AWARDS]), now)
    return checked


def check(
    connection: Connection, batch_id: UUID, answer: BankAnswer, accounts: Accounts, now: datetime
) -> CheckedResults:
    """Return what `apply_results` would do with the rows, one by one; raises NotFound, or ResultsRefused for another file."""
    batch = _batch(connection, batch_id)
    return _compare(connection, batch, answer, _changed(connection, batch, answer, accounts), now)


def counts(answer: BankAnswer, checked: CheckedResults) -> dict[str, int]:
    """Return what became of the rows of an answer."""
    return {
        "read": answer.read,
        "accepted": len(checked.accepted),
        "unchanged": checked.unchanged,
        "rejected": len({line for line, _ in checked.mistakes}),
    }


def _batch(connection: Connection, batch_id: UUID) -> dict[str, Any]:
    batch = repository.view_or_none(connection, batch_id)
    if batch is None:
        raise NotFound(NO_SUCH_BATCH)
    return batch


def _compare(
    connection: Connection, batch: Mapping[str, Any], answer: BankAnswer, changed: Mapping[str, str], now: datetime
) -> CheckedResults:
    orders = repository.batched_orders(connection, batch["id"], [result.order_id for result in answer.results])
    days = Days(repository.accounts_on(connection, batch["id"]), calendar_date(now))
    checked = check_results(answer.results, orders, changed, days)
    mistakes = sorted([*answer.mistakes, *checked.mistakes], key=lambda found: found[0])
    return CheckedResults(checked.accepted, checked.unchanged, mistakes)


def file_of(connection: Connection, batch: Mapping[str, Any], accounts: Accounts) -> pl.DataFrame:
    """Return the rows of a batch's file, always the same."""
    lines = repository.lines(connection, batch["id"])
    day = repository.accounts_on(connection, batch["id"])
    return files.frame_of(lines, accounts.on(day, set(lines["payee_uscc"]), batch["registry_revision"]))


def _changed(
    connection: Connection, batch: Mapping[str, Any], answer: BankAnswer, accounts: Accounts
) -> dict[str, str]:
    """Return the rows that differ from the batch's file, if the answer is made from it: by order, the column.

    Raises ResultsRefused if no row differs but the checksum is that of another file.
    """
    if answer.checksum is None and answer.copied.width == 1:
        return {}
    frame = file_of(connection, batch, accounts)
    checksum = batch["reentered_checksum"] or files.checksum_of(frame, batch["total_fen"])
    changed = files.changed_rows(frame, answer.copied)
    if not changed and answer.checksum not in (None, checksum):
        error = FieldError("/checksum", "another_file", "The checksum line is not that of this batch's file.")
        raise ResultsRefused("Send the answer to the batch whose file it was made from.", errors=[error])
    return changed
