"""Who may review what."""

from __future__ import annotations

from enum import StrEnum

from services.eligibility.decisions.domain import DISTRICT
from shared.authorization import Actor
from shared.errors import Forbidden


class ReviewOutcome(StrEnum):
    """The outcome of a review."""

    PASSED = "passed"
    OBJECTED = "objected"


def reviewers_of(actor: Actor) -> tuple[str, ...]:
    """Return as whom `actor` may review: its own district, and its own department."""
    return (
        *(() if actor.jurisdiction is None else (DISTRICT,)),
        *(() if actor.department is None else (actor.department,)),
    )


def require_reviewer(actor: Actor, reviewer: str) -> None:
    """Raise Forbidden unless `actor` may review as `reviewer`: its own department, or its own district."""
    if reviewer == DISTRICT and actor.jurisdiction is None:
        raise Forbidden("A district reviews with a token that is restricted to it.")
    if reviewer not in reviewers_of(actor):
        raise Forbidden("The token is not that of this reviewer.")
