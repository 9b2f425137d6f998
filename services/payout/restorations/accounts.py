"""The accounts in a file that is entered again, beside the registry's on the day of the batch."""

from __future__ import annotations

import polars as pl

from services.payout.batches.files import changed_rows, rows_of
from services.payout.clients.registry import Accounts
from services.payout.restorations.files import SentFile
from shared.errors import FieldError
from shared.i18n import N_

ANOTHER = N_("The column {column} is not that of the payee's account on {day}.")
NONE = N_("The payee has no account on {day}.")


def account_mistakes(file: SentFile, accounts: Accounts) -> list[FieldError]:
    """Return the rows whose account is not the payee's on the day of the batch, as the registry had it then or has it now.

    The registry itself may have been restored, so that it no longer has the revision of then. Raises Unavailable.
    """
    latest = accounts.latest_revision()
    found: list[FieldError] = []
    for revision in dict.fromkeys((min(file.sealed.registry_revision, latest), latest)):
        found = _mistakes(file, accounts, revision)
        if not found:
            break
    return found


def _mistakes(file: SentFile, accounts: Accounts, revision: int) -> list[FieldError]:
    day = file.sealed.day
    known = accounts.on(day, {row.payee_uscc for row in file.rows}, revision)
    amounts = pl.Series("amount_fen", [row.amount_fen for row in file.rows], pl.Int64)
    lines = file.copied.select("order_id", "payee_uscc", "purpose").with_columns(amounts)
    changed = changed_rows(
        rows_of(lines.join(known, left_on="payee_uscc", right_on="uscc", how="semi"), known), file.copied
    )
    having = set(known["uscc"])
    mistakes = []
    for place, row in enumerate(file.rows):
        if row.payee_uscc not in having:
            mistakes.append(FieldError(f"/rows/{place}", "no_account", NONE, day=day.isoformat()))
        elif row.order_id in changed:
            column = changed[row.order_id]
            mistakes.append(
                FieldError(f"/rows/{place}", "another_account", ANOTHER, column=column, day=day.isoformat())
            )
    return mistakes
