"""What a decision is and how it may move."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a decision is in its life."""

    PROPOSED = "proposed"
    IN_NOTICE = "in_notice"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


class Act(StrEnum):
    """What somebody, or an evaluation, does to a decision."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUPERSEDE = "supersede"


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.PROPOSED, Act.APPROVE): State.APPROVED,
    (State.PROPOSED, Act.REJECT): State.REJECTED,
    (State.PROPOSED, Act.SUSPEND): State.SUSPENDED,
    (State.PROPOSED, Act.SUPERSEDE): State.SUPERSEDED,
    (State.IN_NOTICE, Act.REJECT): State.REJECTED,
    (State.IN_NOTICE, Act.SUSPEND): State.SUSPENDED,
    (State.IN_NOTICE, Act.SUPERSEDE): State.SUPERSEDED,
    (State.SUSPENDED, Act.RESUME): State.PROPOSED,
    (State.SUSPENDED, Act.REJECT): State.REJECTED,
    (State.SUSPENDED, Act.SUPERSEDE): State.SUPERSEDED,
    (State.APPROVED, Act.SUPERSEDE): State.SUPERSEDED,
}
"""Every move that exists; what is not here is refused."""


def possible_acts(state: State) -> list[str]:
    """Return the acts of persons that are possible in `state`."""
    return [act.value for (at, act) in TRANSITIONS if at is state and act is not Act.SUPERSEDE]
