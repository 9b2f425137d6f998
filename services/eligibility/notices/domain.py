"""The term of a public notice, and how payees are masked in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.working_days import last_arranged_year, last_working_day

PERSONS = ("individual", None)
"""Legal forms whose names are personal data: an individual business bears the name of who runs it. An unknown form may be one."""

_MASK = "＊"


class NoticeState(StrEnum):
    """The states of a notice."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Term:
    """The days of a notice. It may be closed from `closable_on`.

    `assumed_from`: the first day of the term without an official holiday calendar when the notice was opened. From that day on
    working days are estimated.
    """

    last_day: date
    closable_on: date
    assumed_from: date | None


def term(opened_on: date, working_days: int) -> Term:
    """Return the term of a notice of `working_days`; the day of opening is not counted, the last working day is part of it."""
    last_day = last_working_day(opened_on, working_days)
    assumed = date(last_arranged_year() + 1, 1, 1)
    return Term(
        last_day,
        closable_on(opened_on, last_day, working_days),
        max(assumed, opened_on) if last_day >= assumed else None,
    )


def closable_on(opened_on: date, last_day: date, working_days: int) -> date:
    """Return the first day on which a notice may be closed: the day after its last, or at once if it has no term."""
    return last_day + timedelta(days=1) if working_days else opened_on


def shown_name(name: str, legal_form: str | None) -> str:
    """Return a payee's name as the public may see it: of a natural person its first and last characters.

    Of two characters the first is kept, of one none.
    """
    if legal_form not in PERSONS:
        return name
    first, last = name[: len(name) > 1], name[2:][-1:]
    return first + _MASK * (len(name) - len(first) - len(last)) + last


def shown_uscc(uscc: str, legal_form: str | None) -> str:
    """Return a payee's code as the public may see it: of a natural person its first two and last four characters."""
    return uscc if legal_form not in PERSONS else uscc[:2] + "*" * 12 + uscc[-4:]
