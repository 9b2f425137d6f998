"""Text that people write freely: of bounded length, and without the long numbers that have no place in it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

MAX_REASON = 2_000
_SHOWN_CHARACTERS = 4
_LONG_NUMBER = re.compile(r"\d(?:[\s\-－–—.·_/\u200b-\u200f\u2060\ufeff]{0,3}\d){11,}")
"""Twelve digits or more of any script, however they are grouped: an account, a bank card or an identity card."""


def strike_long_numbers(text: str) -> str:
    """Return `text` with an ellipsis in place of every number of twelve digits or more."""
    return _LONG_NUMBER.sub("…", text)


def strike_optional(text: str | None) -> str | None:
    """Return what `strike_long_numbers` returns, and None for None."""
    return None if text is None else strike_long_numbers(text)


def masked(number: str) -> str:
    """Return an account number without all but its last four characters, or all of it where it is not longer than that."""
    return "****" + (number[-_SHOWN_CHARACTERS:] if len(number) > _SHOWN_CHARACTERS else "")


Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_REASON),
    AfterValidator(strike_long_numbers),
]
"""Why somebody did something. Account numbers in it are struck before it is stored."""
