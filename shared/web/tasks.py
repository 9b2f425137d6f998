"""The route of tasks, the same in every service: what waits for the caller, what is due first comes first."""

# No `from __future__ import annotations` here: kinds and scopes are those of a service.

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.gauges.overdue_tasks import ReadTasks
from shared.tasks import Asker, Kind, counts, view
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.negotiation import language_of
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor


class Task(BaseModel):
    """Something that waits for the caller."""

    kind: str = Field(description="What is to be done", examples=["approval"])
    title: str = Field(description="What is to be done, as a sentence in the language asked for")
    subject: str = Field(description="Identifier of what it is about, or of the group that its cases belong to")
    link: str = Field(description="Path of the operation that shows it, in the same service")
    count: int = Field(ge=1, description="How many cases it has: what waits in mass is one task")
    waiting_since: datetime = Field(description="Since when the oldest of its cases waits")
    due_on: date = Field(description="The last working day for it, by the official calendar")
    overdue: bool = Field(description="Whether that day is over")


class TaskPage(Page[Task]):
    """A page of tasks, and how many cases wait in all."""

    counts: dict[str, int] = Field(
        description="Waiting cases by kind, whatever the filters are; kinds without any are left out"
    )


def tasks_router(kinds: Sequence[Kind], read: ReadTasks, *, readers: Scope) -> APIRouter:
    """Return the router of a service's tasks; whoever has the scope `readers` is answered too, perhaps with none."""
    router = APIRouter(prefix="/v1/tasks", tags=["tasks"])
    by_name = {kind.name: kind for kind in kinds}
    named = StrEnum("TaskKind", {name: name for name in by_name})  # type: ignore[misc]
    named.__doc__ = "What is to be done."
    scopes = list(dict.fromkeys([readers, *(scope for kind in kinds for scope in kind.scopes)]))

    @router.get("", operation_id="list_tasks", response_model=TaskPage)
    def list_tasks(
        request: Request,
        actor: Annotated[Actor, needs(*scopes, own=Scope.OWN_READ)],
        kind: Annotated[named | None, Query(description="Only those of this kind")] = None,
        overdue: Annotated[bool | None, Query(description="Only those that are overdue, or are not")] = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Response:
        """List what waits for the caller, what is due first comes first. What the caller proposed waits for others."""
        after = decode_cursor(cursor, date, str, str, str)
        today = calendar_date(request.app.state.clock.now())
        with request.app.state.database.reading() as connection:
            found = read(connection, Asker.of(actor, kinds))
        shown = sorted(
            (
                task
                for task in found
                if (kind is None or task.kind == kind)
                and (overdue is None or task.is_overdue(today) is overdue)
                and (after is None or task.place > tuple(after))
            ),
            key=lambda task: task.place,
        )
        own, language, items = actor.uscc is not None, language_of(request), shown[:limit]
        return json_response(
            {
                "items": [view(task, by_name[task.kind], today, language, own=own) for task in items],
                "counts": counts(found),
                "next_cursor": encode_cursor(*items[-1].place) if len(shown) > limit else None,
            }
        )

    return router
