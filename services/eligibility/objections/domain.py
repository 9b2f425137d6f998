"""The outcomes of objections, and what keeps a decision suspended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ObjectionOutcome(StrEnum):
    """How an objection was decided."""

    REJECTED = "rejected"
    UPHELD = "upheld"


@dataclass(frozen=True, slots=True)
class Holds:
    """What keeps a decision suspended: how many objections are open or were upheld, reviews that object, and an officer."""

    open: int
    upheld: int
    reviews: int
    by_officer: bool

    @property
    def first(self) -> str | None:
        """What must end before an officer may resume the decision: `open`, `upheld` or `reviews`; None if nothing must."""
        return next((name for name in ("open", "upheld", "reviews") if getattr(self, name)), None)

    @property
    def any(self) -> bool:
        """Whether something keeps the decision suspended."""
        return self.by_officer or self.first is not None
