"""Which operations a caller may call on something now: what its state allows, and what the token gives access to.

The state is the service's own law; who may call an operation is declared at its route and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, TypeVar

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from shared.authorization import Actor
from shared.errors import Forbidden
from shared.web.auth import Requirement, requirements_of
from shared.web.pagination import Page

Item = TypeVar("Item")

PossibleActs = Annotated[
    list[str],
    Field(
        description="Operations that the caller may call on it now, by operation id: its state allows them, and so does the"
        " token; the service judges again when one is called",
        examples=[["approve_decision", "reject_decision"]],
    ),
]
"""Member of an answer."""


class WithPossibleActs(BaseModel):
    """What the caller may do with it now."""

    possible_acts: PossibleActs


class PageWithPossibleActs(Page[Item]):
    """One page of a list, and what the caller may add to the list."""

    possible_acts: PossibleActs


def requirements_by_operation(routes: Iterable[object]) -> Mapping[str, Sequence[Requirement]]:
    """Return what a token needs for each operation, by operation id."""
    return {
        route.operation_id: [*requirements_of(route.dependant)]
        for route in routes
        if isinstance(route, APIRoute) and route.operation_id
    }


def possible_acts(request: Request, actor: Actor, allowed: Iterable[str]) -> list[str]:
    """Return those of the operations that a state has `allowed` which the token gives access to."""
    return [operation for operation in allowed if _may(actor, request.app.state.requirements[operation])]


def _may(actor: Actor, requirements: Sequence[Requirement]) -> bool:
    try:
        for requirement in requirements:
            requirement.check(actor)
    except Forbidden:
        return False
    return True
