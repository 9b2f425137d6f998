"""The inbox: what waits for the person who is signed in, in all three services, by the day that it is due."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.clients.base import SERVICES
from services.desk.desk import Missing, OwnDesk, together
from services.desk.rendering import page

router = APIRouter()
SHOWN = 200
"""The most tasks of a service that the inbox lists; the counts beside them are of all."""


@router.get("/")
async def show_inbox(request: Request, desk: OwnDesk) -> Response:
    """Show what waits for whoever is signed in."""
    found = await together(**{name: _tasks(desk, name) for name in SERVICES})
    tasks = [
        {**task, "service": service, "page": task["link"].removeprefix("/v1")}
        for service, answer in found.items()
        for task in (answer or {"items": ()})["items"]
    ]
    tasks.sort(key=lambda task: (task["due_on"], task["service"], task["kind"]))
    counts = {kind: count for answer in found.values() if answer for kind, count in answer["counts"].items()}
    down = [SERVICES[each.service] for each in found.values() if isinstance(each, Missing) and each.is_down]
    return page(request, "inbox.html", tasks=tasks, counts=counts, down=down)


async def _tasks(desk: OwnDesk, service: str) -> Any:
    client: Any = desk.service(service)
    return await client.list_tasks(limit=SHOWN)
