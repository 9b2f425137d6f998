"""Parameters that the registry's routes share: what a caller may see, and who writes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from services.registry.revisions.domain import Author, Clearing, Kind
from services.registry.revisions.records import ReadAccess
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.web.auth import needs


def read_access(request: Request, actor: Annotated[Actor, needs(Scope.FACTS_READ)]) -> ReadAccess:
    """Return what the caller may see."""
    return ReadAccess(
        cipher=request.app.state.cipher,
        today=calendar_date(request.app.state.clock.now()),
        jurisdiction=actor.jurisdiction,
        accounts=actor.may(Scope.ACCOUNTS_READ),
    )


Reader = Annotated[ReadAccess, Depends(read_access)]
"""Parameter of a route that reads: requires scope facts:read."""


AsOf = Annotated[int | None, Query(ge=0, le=2**63 - 1, description="Revision to read at; the newest if left out")]
"""Parameter of a route that reads what was known at a revision."""


def city_wide_reader(actor: Annotated[Actor, needs(Scope.FACTS_READ)]) -> Actor:
    """Return who reads; raises Forbidden for a caller tied to a jurisdiction."""
    actor.require_city_wide()
    return actor


CityWideReader = Annotated[Actor, Depends(city_wide_reader)]
"""Parameter of a route that reads rows of all jurisdictions: requires scope facts:read."""


def writer(actor: Annotated[Actor, needs(Scope.FACTS_WRITE)]) -> Actor:
    """Return who writes; raises Forbidden for a caller tied to a jurisdiction, who may only read."""
    actor.require_city_wide()
    return actor


Writer = Annotated[Actor, Depends(writer)]
"""Parameter of a route that writes: requires scope facts:write."""


MayClear = Annotated[
    Clearing,
    Query(
        description="Whether an empty cell or null may empty a value on record. Columns and members that are absent keep it"
    ),
]
"""Parameter of a route that writes rows: whether they may empty values on record."""


def author_of(
    request: Request, actor: Actor, kind: Kind, *, source: str | None = None, reason: str | None = None
) -> Author:
    """Return the author of a change set that this request makes now."""
    now = request.app.state.clock.now()
    return Author(kind=kind, actor=actor.subject, at=now, source=source, reason=reason)
