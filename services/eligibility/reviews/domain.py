"""Who may review what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.eligibility.decisions.domain import DISTRICT, reviewers_of
from shared.authorization import Actor
from shared.errors import Forbidden


class ReviewOutcome(StrEnum):
    """The outcome of a review."""

    PASSED = "passed"
    OBJECTED = "objected"


def require_reviewer(actor: Actor, reviewer: str, options: Mapping[str, Any] | None = None) -> None:
    """Raise Forbidden unless `actor` may review as `reviewer`: its own department, or its own district.

    The refusal names as whom it may review, and the `options` of the decision, if it is about one.
    """
    own = reviewers_of(actor.department, actor.jurisdiction)
    extra = {**(options or {}), "reviewers": own}
    if reviewer == DISTRICT and actor.jurisdiction is None:
        raise Forbidden("A district reviews with a token that is restricted to it.", extra=extra)
    if reviewer not in own:
        raise Forbidden("The token is not that of this reviewer.", extra=extra)
