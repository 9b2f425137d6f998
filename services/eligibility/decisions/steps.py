"""The names of the steps that a procedure requires of a proposal before its notice."""

from __future__ import annotations

CONFIRMATION = "confirmation"
"""The payee confirms that it wants the award."""
DISTRICT = "district"
"""The reviewer that is the jurisdiction of the award; any other is the code of a department."""
_REVIEW = "review:"


def review_step(reviewer: str) -> str:
    """Return the step in which `reviewer` reviews."""
    return f"{_REVIEW}{reviewer}"
