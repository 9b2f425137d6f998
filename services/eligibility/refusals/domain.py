"""The states of a refusal, and what tells one outcome from another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import orjson

_COMPARED = ("payee", "jurisdiction", "result", "would_be_fen", "conditions", "amount", "missing", "flags")


class RefusalState(StrEnum):
    """Where a refusal is; superseded by facts that change its outcome, from either of the others."""

    PROPOSED = "proposed"
    ISSUED = "issued"
    SUPERSEDED = "superseded"


def possible_acts(state: RefusalState) -> list[str]:
    """Return the acts of persons that are possible on a refusal in `state`."""
    return ["state", "issue"] if state is RefusalState.PROPOSED else []


def outcome_of(explanation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of an explanation that facts decide; two that are equal are the same outcome."""
    compared: dict[str, Any] = orjson.loads(orjson.dumps({name: explanation[name] for name in _COMPARED}))
    return compared
