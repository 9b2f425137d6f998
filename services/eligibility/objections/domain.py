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
    """What keeps a decision suspended: how many objections are open or were upheld, and whether an officer suspended it."""

    open: int
    upheld: int
    by_officer: bool

    @property
    def by_objections(self) -> bool:
        """Whether objections alone keep the decision suspended."""
        return self.open > 0 or self.upheld > 0
