"""What letters of recoveries and statements say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from services.payout.papers.domain import Account, Reason, total
from services.payout.recovery_acts.domain import Cause, RecoveryKind
from shared.clock import calendar_date
from shared.i18n import CHINESE, N_, translate
from shared.money import yuan
from shared.offices import Office
from shared.papers.capitals import capitals
from shared.papers.kinds import as_texts, office_fields
from shared.policies import AWARD_TITLES, UNITS

REASONS: Mapping[Reason, str] = {
    Reason.ARRANGEMENT: N_("waits for a fiscal arrangement before it is shared"),
    Reason.DUE_LATER: N_("an instalment that is due in {year}"),
    Reason.FUNDS: N_("waits for money in the budget"),
    Reason.ACCOUNT: N_("waits for an account of the payee"),
    Reason.RELEASE: N_("waits to be released"),
    Reason.HELD: N_("payment is on hold"),
    Reason.IN_HAND: N_("payment order made, not sent to the bank yet"),
    Reason.AT_BANK: N_("with the bank, no result yet"),
    Reason.NOT_PAID: N_("the bank could not pay it; to be paid again"),
    Reason.NETTED: N_("netted against what is to be paid back for another award"),
    Reason.NETTED_DEBT: N_("paid back by netting against another award"),
    Reason.TO_RECOVER: N_("paid beyond what is assessed, to be paid back"),
    Reason.TO_RECOVER_LATER: N_("ordered beyond what is assessed; to be paid back once the bank has paid it"),
    Reason.WRITTEN_OFF: N_("written off, not to be paid back"),
    Reason.TO_BE_ORDERED: N_("payment order still to be made"),
}
CAUSES = {
    Cause.CORRECTION: N_("the facts were corrected"),
    Cause.MISSTATEMENT: N_("what was stated was not true"),
    Cause.FRAUD: N_("the award was obtained by fraud"),
}
TAKEN_BACK = {RecoveryKind.ANNULLED: N_("annulled"), RecoveryKind.REVOKED: N_("revoked")}
_DUE_LATER = N_("instalments that are due in later years")


def day(value: date | None, language: str) -> str:
    """Return a day in words; empty for None."""
    return "" if value is None else format_date(value, "long", locale="zh_CN" if language == CHINESE else "en_GB")


def recovery_letter(row: Any, statements: Sequence[Any], office: Office, language: str) -> dict[str, Any]:
    """Return what the letter of a recovery says, but for its number; `row` and `statements` are those of `queries`."""
    unit = "元" if language == CHINESE else " yuan"
    case = {"id": {language: str(row.id)}, "award": {language: str(row.award_id)}}
    return as_texts(
        office_fields(office, language)
        | {
            "date": day(calendar_date(row.issued_at), language) if row.issued_at else "",
            "draft": "" if row.issued_at else "1",
            "title": translate(N_("Notice to pay back"), language),
            "addressee": row.payee_name,
            "addressee_code": row.payee_uscc,
            "award": _title(row.award, language),
            "award_year": row.award_year,
            "subject": "" if row.subject == row.payee_uscc else row.subject,
            "version": row.version,
            "decided_on": day(row.decided_on, language),
            "cause": translate(CAUSES[Cause(row.cause)], language) if row.cause else "",
            "taken_back": translate(TAKEN_BACK[RecoveryKind(row.act_kind)], language) if row.cause else "",
            "act_reason": row.act_reason or "",
            "act_document": row.act_document or "",
            "due_on": day(row.due_on, language),
            "before": f"{yuan(row.before_fen)}{unit}",
            "after": f"{yuan(row.after_fen)}{unit}",
            "unit": UNITS[row.unit][language != CHINESE],
            "amount": f"{yuan(row.amount_fen)}{unit}",
            "amount_capitals": capitals(row.amount_fen),
            "statements": [
                {
                    "made_on": day(calendar_date(each.made_at), language),
                    "statement": each.statement,
                    "document": each.document,
                }
                for each in statements
            ],
            "receipt": [translate(N_("Recovery {id}, award {award}"), language, case)],
        }
    )


def statement(
    uscc: str,
    name: str,
    awards: Sequence[tuple[Any, Account, Sequence[Any], Sequence[Any]]],
    office: Office,
    language: str,
    *,
    today: date,
) -> dict[str, Any]:
    """Return what the statement of a payee says: each award with its account, shares by unit and settled orders."""
    return as_texts(
        office_fields(office, language)
        | _account(total(each for _, each, _, _ in awards), language)
        | {
            "date": day(today, language),
            "title": translate(N_("Statement of account"), language),
            "addressee": name,
            "addressee_code": uscc,
            "awards": [
                {
                    "number": number,
                    "award": _title(award.award, language),
                    "award_year": award.award_year,
                    "subject": "" if award.subject == uscc else award.subject,
                    "version": award.version,
                    **_account(account, language),
                    "shares": [
                        {"unit": UNITS[each.unit][language != CHINESE], "amount": yuan(each.share_fen)}
                        for each in positions
                        if each.share_fen
                    ],
                    "payments": [
                        {
                            "day": day(order.result_on, language),
                            "unit": UNITS[order.unit][language != CHINESE],
                            "instalment": order.instalment,
                            "amount": yuan(order.amount_fen),
                            "reference": "" if order.netted else order.bank_reference,
                            "netted": "1" if order.netted else "",
                        }
                        for order in orders
                        if order.state == "settled"
                    ],
                }
                for number, (award, account, positions, orders) in enumerate(awards, 1)
            ],
        }
    )


def _title(award: str, language: str) -> str:
    return AWARD_TITLES[award][language != CHINESE]


def _account(account: Account, language: str) -> dict[str, Any]:
    return {
        "assessed": yuan(account.assessed_fen),
        "paid": yuan(account.paid_fen),
        "repaid": yuan(account.repaid_fen),
        "in_hand": yuan(account.in_hand_fen),
        "difference": yuan(account.difference_fen),
        "lines": [
            {
                "reason": _reason(line.reason, line.due_year, language),
                "unit": UNITS[line.unit][language != CHINESE] if line.unit else "",
                "amount": yuan(line.amount_fen),
            }
            for line in account.lines
        ],
    }


def _reason(reason: Reason, due_year: int | None, language: str) -> str:
    if reason is Reason.DUE_LATER and due_year is None:
        return translate(_DUE_LATER, language)
    return translate(REASONS[reason], language, {"year": due_year} if due_year else None)
