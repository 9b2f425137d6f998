"""How the money of a budget is classified, and the parts of it that orders draw on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class Classification(NamedTuple):
    """What a treasury files money under: 指标文号, project, functional and economic class. None where nobody said."""

    indicator: str | None = None
    project: str | None = None
    function_code: str | None = None
    economic_code: str | None = None

    @classmethod
    def of(cls, row: Any) -> Classification:
        """Return the classification among the attributes of a row."""
        return cls(*(getattr(row, name) for name in cls._fields))


UNCLASSIFIED = Classification()


@dataclass(slots=True)
class Pot:
    """Money of a unit's budget that orders draw on: that of one indicator, or, with None, what is not classified."""

    unit: str
    indicator_id: int | None
    free_fen: int
