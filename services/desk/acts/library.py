"""All acts, by service and operation."""

from __future__ import annotations

from collections.abc import Mapping

from services.desk.acts import eligibility, payout, registry
from services.desk.acts.domain import Act
from shared.errors import NotFound

ACTS: Mapping[str, Mapping[str, Act]] = {
    "registry": registry.ACTS,
    "eligibility": eligibility.ACTS,
    "payout": payout.ACTS,
}


def has_act(service: str, operation: str) -> bool:
    """Return whether an operation has a form."""
    return operation in ACTS.get(service, {})


def act_of(service: str, operation: str) -> Act:
    """Return an act; raises NotFound."""
    if not has_act(service, operation):
        raise NotFound("There is no such page.")
    return ACTS[service][operation]
