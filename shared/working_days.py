"""Working days of the Chinese calendar: official up to the last arranged year, estimated afterwards.

Estimated: statutory holidays and weekends are days off.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=4_096)
def last_working_day(begins_on: date, working_days: int) -> date:
    """Return the last day of a term of `working_days` that begins on a day, which is not counted (Civil Code, Art. 201)."""
    from holidays import country_holidays  # imports for half a second: not at start

    if not working_days:
        return begins_on
    calendar = country_holidays("CN", years=range(begins_on.year, begins_on.year + 2 + working_days // 200))
    last: date = calendar.get_nth_working_day(begins_on, working_days)
    return last


def last_arranged_year() -> int:
    """Return the last year with an official holiday calendar (days off and shifted working days of the State Council)."""
    from holidays.countries.china import ChinaStaticHolidays

    return max(ChinaStaticHolidays.special_public_holidays)
