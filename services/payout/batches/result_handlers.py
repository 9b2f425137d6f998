"""Use cases of the bank's results: its own channel reports them with effect at once; what a person enters another confirms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.payout.awards.adjustment import adjust
from services.payout.awards.repository import owed
from services.payout.batches import files, repository
from services.payout.batches.bank_results import BankAnswer
from services.payout.batches.domain import BankResult, CheckedResults, Days, ResultsRefused, check_results
from services.payout.batches.handlers import MAX_ERRORS, NO_SUCH_BATCH, rows_of
from services.payout.batches.messages import of_batch
from services.payout.batches.tables import result_proposals
from services.payout.clients.registry import Accounts
from services.payout.funding.repository import lock_blockers_shared
from services.payout.orders import transitions
from services.payout.orders.repository import lock_awards_of, lock_shared
from services.payout.settings import Payer
from shared import two_persons
from shared.clock import calendar_date
from shared.errors import FieldError, NotFound

CHUNK_AWARDS = 2_000


def report(
    connection: Connection,
    batch_id: UUID,
    answer: BankAnswer,
    accounts: Accounts,
    payers: Mapping[str, Payer],
    *,
    all_or_nothing: bool,
    at_once: bool,
    by: str,
    now: datetime,
) -> tuple[BankAnswer, CheckedResults, UUID | None]:
    """Apply the bank's rows to the orders of a batch `at_once`, or keep them for another person. A row again is nothing new.

    Returns what of the answer is about the batch, the checked rows, and the id under which they wait. Raises NotFound, or
    ResultsRefused with each row's mistake if one is refused and `all_or_nothing` is asked for.
    """
    batch = _batch(connection, batch_id)
    answer = of_batch(connection, batch, answer, payers)
    for statement in answer.message.statements if answer.message else ():
        repository.add_statement(connection, batch["unit"], statement.kind, statement.number, statement.year)
    changed = _changed(connection, batch, answer, accounts)
    award_ids = _lock_awards(connection, answer.results)
    checked = _compare(connection, batch, answer, changed, now)
    if checked.mistakes and all_or_nothing:
        raise ResultsRefused(
            "See `errors`. Correct these rows and send the answer again.", **_mistakes(answer, checked)
        )
    if at_once:
        _apply(connection, batch_id, checked.accepted, award_ids, recorded_by=by, by=by, now=now)
        return answer, checked, None
    waiting = repository.propose_results(connection, batch_id, checked.accepted, by) if checked.accepted else None
    return answer, checked, waiting


def confirm(
    connection: Connection, batch_id: UUID, results_id: UUID, *, by: str, now: datetime
) -> tuple[BankAnswer, CheckedResults]:
    """Give effect to results that another person entered; returns them, checked against the orders as they are now.

    Raises NotFound, Conflict if they are decided, SamePerson, or ResultsRefused with each row that no longer fits.
    """
    batch = _batch(connection, batch_id)
    rows = repository.proposed_results(connection, results_id)
    answer = BankAnswer(rows, len(rows))
    award_ids = _lock_awards(connection, rows)
    proposal = two_persons.confirm(connection, result_proposals, *_which(batch_id, results_id), by=by)
    checked = _compare(connection, batch, answer, {}, now)
    if checked.mistakes:
        raise ResultsRefused(
            "These rows no longer fit the orders. Discard the results and enter what is right.",
            **_mistakes(answer, checked),
        )
    recorded = {"recorded_by": proposal.proposed_by, "proposal_id": results_id}
    _apply(connection, batch_id, checked.accepted, award_ids, **recorded, by=by, now=now)
    return answer, checked


def discard(connection: Connection, batch_id: UUID, results_id: UUID, *, reason: str, by: str) -> dict[str, Any]:
    """End entered results without effect; raises NotFound, or Conflict if they are decided."""
    two_persons.discard(connection, result_proposals, *_which(batch_id, results_id), by=by, reason=reason)
    return get(connection, batch_id, results_id)


def get(connection: Connection, batch_id: UUID, results_id: UUID) -> dict[str, Any]:
    """Return entered results as their readers see them; raises NotFound."""
    found = repository.result_proposals_of(connection, batch_id, results_id)
    if not found:
        raise NotFound("There are no such results; `GET /v1/payment-batches/{batch_id}/results` lists them.")
    return found[0]


def check(
    connection: Connection,
    batch_id: UUID,
    answer: BankAnswer,
    accounts: Accounts,
    payers: Mapping[str, Payer],
    now: datetime,
) -> tuple[BankAnswer, CheckedResults]:
    """Return what `report` would do with the rows, one by one; raises NotFound, or ResultsRefused for another file."""
    batch = _batch(connection, batch_id)
    answer = of_batch(connection, batch, answer, payers)
    return answer, _compare(connection, batch, answer, _changed(connection, batch, answer, accounts), now)


def counts(answer: BankAnswer, checked: CheckedResults) -> dict[str, int]:
    """Return what became of the rows of an answer."""
    return {
        "read": answer.read,
        "accepted": len(checked.accepted),
        "unchanged": checked.unchanged,
        "rejected": len({line for line, _ in checked.mistakes}),
    }


def _which(batch_id: UUID, results_id: UUID) -> tuple[Any, ...]:
    return result_proposals.c.id == results_id, result_proposals.c.batch_id == batch_id


def _lock_awards(connection: Connection, results: Sequence[BankResult]) -> list[str]:
    lock_blockers_shared(connection)
    award_ids = list(lock_awards_of(connection, {result.order_id for result in results}))
    lock_shared(connection)
    return award_ids


def _apply(
    connection: Connection,
    batch_id: UUID,
    accepted: Sequence[BankResult],
    award_ids: Sequence[str],
    *,
    recorded_by: str,
    proposal_id: UUID | None = None,
    by: str,
    now: datetime,
) -> None:
    repository.add_results(connection, batch_id, accepted, recorded_by, proposal_id)
    reported = [
        transitions.BankOutcome(each.order_id, each.outcome, each.occurred_on, each.bank_reference, each.reason)
        for each in accepted
    ]
    # An order that was settled and came back moves twice.
    firsts = {each.order_id: each for each in reversed(reported)}
    transitions.apply_results(connection, list(firsts.values()), by=by)
    transitions.apply_results(connection, [each for each in reported if firsts[each.order_id] is not each], by=by)
    transitions.publish_results(connection, reported, now)
    for place in range(0, len(award_ids), CHUNK_AWARDS):
        adjust(connection, owed(connection, award_ids[place : place + CHUNK_AWARDS]), now)


def _mistakes(answer: BankAnswer, checked: CheckedResults) -> dict[str, Any]:
    mistakes = [mistake for _, mistake in checked.mistakes[:MAX_ERRORS]]
    return {"errors": mistakes, "extra": {"rows": counts(answer, checked)}}


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


def _changed(
    connection: Connection, batch: Mapping[str, Any], answer: BankAnswer, accounts: Accounts
) -> dict[str, str]:
    """Return the rows that differ from the batch's file, if the answer is made from it: by order, the column.

    Raises ResultsRefused if no row differs but the checksum is that of another file.
    """
    if answer.checksum is None and answer.copied.width == 1:
        return {}
    rows = rows_of(connection, batch, accounts)
    checksum = batch["reentered_checksum"] or files.checksum_of(rows)
    changed = files.changed_rows(rows, answer.copied)
    if not changed and answer.checksum not in (None, checksum):
        error = FieldError("/checksum", "another_file", "The checksum line is not that of this batch's file.")
        raise ResultsRefused("Send the answer to the batch whose file it was made from.", errors=[error])
    return changed
