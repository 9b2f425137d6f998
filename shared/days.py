"""Calendar days in bodies, queries and events: only `YYYY-MM-DD` (ISO 8601)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


def day_of(text: str) -> date:
    """Return the day in `text`; raises ValueError for a day that does not exist and for other formats."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError("not YYYY-MM-DD")
    return day


def read_day(value: object) -> date:
    """Validate a day for pydantic, which by itself also accepts seconds since 1970 and times of day."""
    if type(value) is date:
        return value
    try:
        return day_of(value if isinstance(value, str) else "")
    except ValueError as error:
        raise PydanticCustomError("day", "must be an existing day, written YYYY-MM-DD") from error


def _sensible(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise PydanticCustomError("day", "must be a day of 1990 to 2100")
    return day


AnyDay = Annotated[date, Field(strict=False), BeforeValidator(read_day)]
"""A day in an event, which its publisher has checked."""

Day = Annotated[date, Field(strict=False), BeforeValidator(read_day), AfterValidator(_sensible)]
"""A day in a request: no act that concerns this policy is before 1990 or after 2100."""
