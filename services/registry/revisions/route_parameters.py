"""Parameters that the registry's routes share: what a caller may see, and who writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Query, Request

from services.registry.revisions.domain import Author, Clearing, Kind
from services.registry.revisions.records import ReadAccess
from shared.audit import log as audit
from shared.authorization import Actor, Scope
from shared.catalogue.domain import Dataset
from shared.clock import calendar_date
from shared.web.auth import needs


def access_of(request: Request, actor: Actor) -> ReadAccess:
    """Return what a caller may see."""
    return ReadAccess(
        cipher=request.app.state.cipher,
        today=calendar_date(request.app.state.clock.now()),
        jurisdiction=actor.jurisdiction,
        accounts=actor.may(Scope.ACCOUNTS_READ),
        uscc=actor.uscc,
    )


def read_access(request: Request, actor: Annotated[Actor, needs(Scope.FACTS_READ)]) -> ReadAccess:
    """Return what an officer may see."""
    return access_of(request, actor)


def own_access(request: Request, actor: Annotated[Actor, needs(Scope.FACTS_READ, own=Scope.OWN_READ)]) -> ReadAccess:
    """Return what an officer, or an enterprise, may see."""
    return access_of(request, actor)


Reader = Annotated[ReadAccess, Depends(read_access)]
"""Parameter of a route that reads: requires scope facts:read."""


OwnReader = Annotated[ReadAccess, Depends(own_access)]
"""Parameter of a route that reads, for enterprises too: requires scope facts:read, or own:read."""


AsOf = Annotated[int | None, Query(ge=0, le=2**63 - 1, description="Revision to read at; the newest if left out")]
"""Parameter of a route that reads what was known at a revision."""


CityWideReader = Annotated[Actor, needs(Scope.FACTS_READ, city_wide=True)]
"""Parameter of a route that reads rows of all jurisdictions: requires scope facts:read."""


Writer = Annotated[Actor, needs(Scope.FACTS_WRITE, city_wide=True)]
"""Parameter of a route that writes: requires scope facts:write."""


MayClear = Annotated[
    Clearing,
    Query(
        description="Whether an empty cell or null may empty a value on record. Columns and members that are absent keep it"
    ),
]
"""Parameter of a route that writes rows: whether they may empty values on record."""


def audit_whole_numbers(request: Request, access: ReadAccess, datasets: Iterable[Dataset]) -> None:
    """Record in the audit log that the caller is shown whole account numbers, if `datasets` have any and it may see them."""
    sensitive = [dataset.name for dataset in datasets if dataset.sensitive]
    if access.accounts and sensitive:
        with request.app.state.database.transaction() as connection:
            operation = request.scope["route"].operation_id
            audit.record(connection, actor=request.state.actor.subject, act=operation, subjects=sensitive)


def author_of(
    request: Request, actor: Actor, kind: Kind, *, source: str | None = None, reason: str | None = None
) -> Author:
    """Return the author of a change set that this request makes now."""
    now = request.app.state.clock.now()
    return Author(kind=kind, actor=actor.subject, at=now, source=source, reason=reason)
