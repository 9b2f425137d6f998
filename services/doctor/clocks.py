"""Clocks: this machine's beside another's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.doctor.domain import Finding, Part, lacking

ALLOWED_SECONDS = 5
"""Tokens are accepted that much too early (`shared/web/auth.py`); beyond it they are refused."""


def compare(
    theirs: datetime, asked_at: datetime, answered_at: datetime, message: str, /, **parameters: object
) -> Iterator[Finding]:
    """Yield `message`, with the `seconds` between the clocks, if another's instant `theirs` cannot be right by this machine's.

    It was asked for and answered within `asked_at` and `answered_at` of this machine.
    """
    apart = max((asked_at - theirs).total_seconds(), (theirs - answered_at).total_seconds())
    if apart > ALLOWED_SECONDS:
        yield lacking(Part.CLOCK, message, seconds=round(apart), **parameters)
