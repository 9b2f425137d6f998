"""The desk of one request: who is signed in, and the three services as that person calls them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from services.desk.clients.base import Client, Refused, ServiceDown, SessionOver
from services.desk.clients.eligibility import Eligibility
from services.desk.clients.payout import Payout
from services.desk.clients.registry import Registry
from services.desk.rendering import language, person_of
from services.desk.rooms import is_closed
from services.desk.session import Person
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Desk:
    """A person's desk."""

    person: Person
    registry: Registry
    eligibility: Eligibility
    payout: Payout

    def service(self, name: str) -> Client:
        """Return a service by its name; raises KeyError."""
        services: dict[str, Client] = {
            "registry": self.registry,
            "eligibility": self.eligibility,
            "payout": self.payout,
        }
        return services[name]


def desk_of(request: Request) -> Desk:
    """Return the desk of whoever is signed in; raises SessionOver, NotFound for a room in which the person may see nothing."""
    person = person_of(request)
    if person is None:
        raise SessionOver
    if request.method == "GET" and is_closed(person, request.url.path):
        raise NotFound("There is no such page.")
    spoken, http = language(request), request.app.state.http
    return Desk(
        person,
        Registry(http["registry"], person.token, spoken),
        Eligibility(http["eligibility"], person.token, spoken),
        Payout(http["payout"], person.token, spoken),
    )


OwnDesk = Annotated[Desk, Depends(desk_of)]


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of a page that could not be had: its service is down, or it is not for this person."""

    service: str
    is_down: bool

    def __bool__(self) -> bool:
        """Count as nothing."""
        return False


async def together(**calls: Awaitable[Any]) -> dict[str, Any]:
    """Return what each call gives, all at once; a part that is down or not allowed is Missing, and the rest of the page works."""
    answers = await asyncio.gather(*calls.values(), return_exceptions=True)
    found: dict[str, Any] = {}
    for name, answer in zip(calls, answers, strict=True):
        match answer:
            case ServiceDown(service=service):
                found[name] = Missing(service, is_down=True)
            case Refused() if answer.is_missing_scope or answer.status == 404:
                found[name] = Missing(answer.service, is_down=False)
            case BaseException():
                raise answer
            case _:
                found[name] = answer
    return found
