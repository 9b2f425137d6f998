"""What objections do to the decision they are made against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ObjectionOutcome(StrEnum):
    """How an objection was decided."""

    REJECTED = "rejected"
    UPHELD = "upheld"


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds a suspended decision: how many objections are open or were upheld, and whether an officer suspended it."""

    open: int
    upheld: int
    by_officer: bool

    @property
    def bars(self) -> bool:
        """Whether objections alone keep the decision suspended."""
        return self.open > 0 or self.upheld > 0

    @property
    def holds(self) -> bool:
        """Whether anything keeps the decision suspended."""
        return self.bars or self.by_officer
