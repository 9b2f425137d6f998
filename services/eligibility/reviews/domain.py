"""Who may review what."""

from __future__ import annotations

from enum import StrEnum

from services.eligibility.decisions.domain import DISTRICT, reviewers_of
from shared.authorization import Actor
from shared.errors import Forbidden


class ReviewOutcome(StrEnum):
    """The outcome of a review."""

    PASSED = "passed"
    OBJECTED = "objected"


def require_reviewer(actor: Actor, reviewer: str) -> None:
    """Raise Forbidden unless `actor` may review as `reviewer`: its own department, or its own district."""
    if reviewer == DISTRICT and actor.jurisdiction is None:
        raise Forbidden("A district reviews with a token that is restricted to it.")
    if reviewer not in reviewers_of(actor.department, actor.jurisdiction):
        raise Forbidden("The token is not that of this reviewer.")
