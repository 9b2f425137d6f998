"""Calendar days in bodies, queries and events: `YYYY-MM-DD` (ISO 8601), and nothing that merely could be read as a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError


def day_of(text: str) -> date:
    """Read a day; raises ValueError for one that does not exist and for dates in other shapes."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError("not YYYY-MM-DD")
    return day


def read_day(value: object) -> date:
    """Read what pydantic is given; seconds since 1970 and times of day raise, which it would take for days."""
    if type(value) is date:
        return value
    try:
        return day_of(value if isinstance(value, str) else "")
    except ValueError as error:
        raise PydanticCustomError("day", "a day that exists is expected, as YYYY-MM-DD") from error


Day = Annotated[date, Field(strict=False), BeforeValidator(read_day)]
