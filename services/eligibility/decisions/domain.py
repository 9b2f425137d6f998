"""The states of a decision and the transitions between them."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class State(StrEnum):
    """The states of a decision."""

    PROPOSED = "proposed"
    IN_NOTICE = "in_notice"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


POLICY_DOCUMENT = "book"
INTERPRETATIONS_DOCUMENT = "readings"
INPUTS_DOCUMENT = "inputs"
"""The kinds of `documents` that a decision was computed from; the values are those that the first version stored."""


class Act(StrEnum):
    """What a person or an evaluation does to a decision."""

    PROPOSE = "propose"
    PUBLISH = "publish"
    CONCLUDE = "conclude"
    OBJECT = "object"
    DISMISS = "dismiss"
    UPHOLD = "uphold"
    SUSPEND = "suspend"
    RESUME = "resume"
    REJECT = "reject"
    APPROVE = "approve"
    CONFIRM = "confirm"
    DECLINE = "decline"
    PASS = "pass"  # noqa: S105 - no password
    OPPOSE = "oppose"
    SUPERSEDE = "supersede"


TRANSITIONS: dict[tuple[State, Act], tuple[State, ...]] = {
    (State.PROPOSED, Act.CONFIRM): (State.PROPOSED,),
    (State.PROPOSED, Act.DECLINE): (State.REJECTED,),
    (State.PROPOSED, Act.PASS): (State.PROPOSED,),
    (State.PROPOSED, Act.OPPOSE): (State.SUSPENDED,),
    (State.PROPOSED, Act.PUBLISH): (State.IN_NOTICE,),
    (State.PROPOSED, Act.APPROVE): (State.APPROVED,),
    (State.PROPOSED, Act.REJECT): (State.REJECTED,),
    (State.PROPOSED, Act.SUSPEND): (State.SUSPENDED,),
    (State.PROPOSED, Act.SUPERSEDE): (State.SUPERSEDED,),
    (State.IN_NOTICE, Act.CONCLUDE): (State.PROPOSED,),
    (State.IN_NOTICE, Act.OBJECT): (State.SUSPENDED,),
    (State.IN_NOTICE, Act.REJECT): (State.REJECTED,),
    (State.IN_NOTICE, Act.SUSPEND): (State.SUSPENDED,),
    (State.IN_NOTICE, Act.SUPERSEDE): (State.SUPERSEDED,),
    (State.SUSPENDED, Act.CONFIRM): (State.SUSPENDED,),
    (State.SUSPENDED, Act.DECLINE): (State.REJECTED,),
    (State.SUSPENDED, Act.PASS): (State.PROPOSED, State.SUSPENDED),
    (State.SUSPENDED, Act.OPPOSE): (State.SUSPENDED,),
    (State.SUSPENDED, Act.CONCLUDE): (State.SUSPENDED,),
    (State.SUSPENDED, Act.OBJECT): (State.SUSPENDED,),
    (State.SUSPENDED, Act.UPHOLD): (State.SUSPENDED,),
    (State.SUSPENDED, Act.DISMISS): (State.IN_NOTICE, State.PROPOSED, State.SUSPENDED),
    (State.SUSPENDED, Act.RESUME): (State.IN_NOTICE, State.PROPOSED),
    (State.SUSPENDED, Act.REJECT): (State.REJECTED,),
    (State.SUSPENDED, Act.SUPERSEDE): (State.SUPERSEDED,),
    (State.APPROVED, Act.SUPERSEDE): (State.SUPERSEDED,),
}
"""Every transition with the states that it may lead to; any other is refused."""


CONFIRMATION = "confirmation"
"""The step in which the payee confirms that it wants the award."""
DISTRICT = "district"
"""The reviewer that is the jurisdiction of the award; any other is the code of a department."""
_REVIEW = "review:"


def review_step(reviewer: str) -> str:
    """Return the step in which `reviewer` reviews."""
    return f"{_REVIEW}{reviewer}"


def reviewers_of(department: str | None, jurisdiction: str | None) -> list[str]:
    """Return the reviewers that a caller may review as: its own department, and its own district."""
    return [*([department] if department else []), *([DISTRICT] if jurisdiction else [])]


def is_review(step: str) -> bool:
    """Return whether a step is a review."""
    return step.startswith(_REVIEW)


def possible_acts(state: State, steps: Collection[str] = ()) -> list[str]:
    """Return the acts of persons that are possible in `state` while the procedure still requires `steps`."""
    impossible = {Act.SUPERSEDE}
    if CONFIRMATION not in steps:
        impossible |= {Act.CONFIRM, Act.DECLINE}
    if not any(map(is_review, steps)):
        impossible |= {Act.PASS, Act.OPPOSE}
    if steps:
        impossible |= {Act.PUBLISH, Act.APPROVE}
    return [act.value for (origin, act) in TRANSITIONS if origin is state and act not in impossible]


def state_after_suspension(*, in_notice: bool) -> State:
    """Return the state in which a decision continues when its suspension ends, as if it had never been suspended."""
    return State.IN_NOTICE if in_notice else State.PROPOSED
