"""Dependencies of the registry's routes: what a caller may see, and who writes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from services.registry.revisions.domain import Author, Kind
from services.registry.revisions.reading import View
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Forbidden
from shared.web.auth import needs


def view_of(request: Request, actor: Annotated[Actor, needs(Scope.FACTS_READ)]) -> View:
    """Return what the caller may see."""
    return View(
        cipher=request.app.state.cipher,
        today=calendar_date(request.app.state.clock.now()),
        jurisdiction=actor.jurisdiction,
        accounts=actor.may(Scope.ACCOUNTS_READ),
    )


Viewing = Annotated[View, Depends(view_of)]
"""Parameter of a route that reads: requires scope facts:read."""


AsOf = Annotated[int | None, Query(ge=0, le=2**63 - 1, description="Revision to read at; the newest if left out")]
"""Parameter of a route that reads what was known at a revision."""


def writing(actor: Annotated[Actor, needs(Scope.FACTS_WRITE)]) -> Actor:
    """Return who writes; raises Forbidden for a caller tied to a jurisdiction, who may only read."""
    if actor.jurisdiction is not None:
        raise Forbidden("A token that is tied to a jurisdiction reads; records are written without one.")
    return actor


Writing = Annotated[Actor, Depends(writing)]
"""Parameter of a route that writes: requires scope facts:write."""


def author_of(
    request: Request, actor: Actor, kind: Kind, *, source: str | None = None, reason: str | None = None
) -> Author:
    """Return the author of a change set that this request makes now."""
    now = request.app.state.clock.now()
    return Author(kind=kind, actor=actor.subject, at=now, source=source, reason=reason)
