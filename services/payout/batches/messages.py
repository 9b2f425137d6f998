"""What of a bank's message is about one batch: the file that it answers, the payer's account, other batches' payments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from services.payout.batches import repository
from services.payout.batches.bank_results import BankAnswer
from services.payout.batches.domain import ResultsRefused
from services.payout.batches.iso20022.answers import Message
from services.payout.batches.iso20022.values import end_to_end_id
from services.payout.settings import Payer
from shared.errors import FieldError
from shared.files.domain import Warnings
from shared.i18n import N_

_OTHER_BATCHES = N_("Entries about orders of other batches are passed over. Send the message to these batches too.")


def of_batch(
    connection: Connection, batch: Mapping[str, Any], answer: BankAnswer, payers: Mapping[str, Payer]
) -> BankAnswer:
    """Return what of an answer is about a batch. Raises ResultsRefused for a message about another file or account."""
    message = answer.message
    if message is None:
        return answer
    mistakes = list(_mistakes(connection, batch, message, payers.get(batch["unit"])))
    if mistakes:
        raise ResultsRefused("Nothing of this message was recorded. See `errors`.", errors=mistakes)
    if message.rejected is not None:
        rejected = message.rejected
        results = [
            replace(rejected, order_id=order_id, line=place)
            for place, order_id in enumerate(repository.order_ids(connection, batch["id"]), 1)
        ]
        return replace(answer, results=results, read=len(results))
    if not message.statements:
        return answer
    others = repository.in_other_batches(connection, batch["id"], {each.order_id for each in answer.results})
    results = [each for each in answer.results if each.order_id not in others]
    passed_over = len(answer.results) - len(results)
    warnings = Warnings([*answer.warnings])
    warnings.warn("other_batches", _OTHER_BATCHES, [], count=passed_over)
    return replace(
        answer,
        results=results,
        read=answer.read - passed_over,
        skipped=answer.skipped + passed_over,
        warnings=warnings,
    )


def _mistakes(
    connection: Connection, batch: Mapping[str, Any], message: Message, payer: Payer | None
) -> Iterator[FieldError]:
    if message.message is not None and message.message.replace("-", "").lower() != end_to_end_id(str(batch["id"])):
        yield FieldError(
            "OrgnlGrpInfAndSts[1]/OrgnlMsgId", "another_file", "The message answers another file than this batch's."
        )
    for statement in message.statements:
        if payer is None:
            yield FieldError(
                f"{statement.at}/Acct",
                "no_payer",
                "The setting PAYOUT_PAYERS has no account of this unit to compare the statement's with.",
            )
        elif statement.account != payer.number:
            yield FieldError(f"{statement.at}/Acct", "another_account", "The statement is of another account.")
        used = repository.statement_year(connection, batch["unit"], statement.kind, statement.number)
        if used is not None and used != statement.year:
            text = N_("The statement's number was used in {year} already. Ask the bank for the right statement.")
            yield FieldError(f"{statement.at}/Id", "number_used", text, year=used)
