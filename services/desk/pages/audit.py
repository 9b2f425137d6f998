"""The audit log of all three services as one list, and whether their hash chains are intact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.audit_words import READS_OF_MACHINES
from services.desk.audit_words import operations as operations_of
from services.desk.clients.base import SERVICES
from services.desk.desk import Missing, OwnDesk, together
from services.desk.rendering import language, page
from shared.clock import SHANGHAI, isoformat

router = APIRouter()
SHOWN = 100
"""The most acts of a service on one page."""
_COUNTED = 1_000
"""The most acts among which reads are counted."""


class LeftOut(NamedTuple):
    """How many reads a page leaves out: `at_least` so many if there were more acts than are counted."""

    reads: int
    at_least: bool


@router.get("/audit")
async def show_acts(
    request: Request,
    desk: OwnDesk,
    service: str = "",
    actor: str = "",
    act: str = "",
    subject: str = "",
    trace_id: str = "",
    day: str = "",
    before: str = "",
    reads: bool = False,
) -> Response:
    """Show what was done in the services, the newest first; `day` is the last day, `before` an instant.

    Reads of snapshots by programs are only counted, unless `reads` or a filter by act or request asks for them.
    `subject` finds what belongs to it as well: of a round all that was done to its decisions and its notices.
    """
    until = before or _end_of(day)
    asked = [service] if service in SERVICES else list(SERVICES)
    filters = {"actor": actor, "act": act, "concerning": subject, "trace_id": trace_id, "before": until}
    clients: dict[str, Any] = {name: desk.service(name) for name in asked}
    without = () if reads or act or trace_id else READS_OF_MACHINES
    found = await together(
        **{
            name: client.list_acts(**filters, without=without, newest=True, limit=SHOWN)
            for name, client in clients.items()
        }
    )
    answers = {name: answer for name, answer in found.items() if answer}
    # What a service has not given yet may be newer than the oldest of another: the page ends where the first list does.
    ends = [answer["items"][-1]["acted_at"] for answer in answers.values() if answer["next_cursor"]]
    end = max(ends, default="")
    acts = [
        {**each, "service": name}
        for name, answer in answers.items()
        for each in answer["items"]
        if each["acted_at"] >= end
    ]
    acts.sort(key=lambda each: each["acted_at"], reverse=True)
    missing = [each for each in found.values() if isinstance(each, Missing)]
    given = {"service": service, "actor": actor, "act": act, "subject": subject, "trace_id": trace_id, "day": day}
    left_out = await _reads_left_out(desk, filters, end) if without and "registry" in asked else None
    operations = {name: operations_of(name, language(request)) for name in SERVICES}
    return page(
        request,
        "audit.html",
        acts=acts,
        missing=missing,
        services=SERVICES,
        operations=operations,
        given=given | ({"reads": "true"} if reads else {}),
        left_out=left_out,
        end=end,
        round_=await _round(desk, subject),
    )


async def _reads_left_out(desk: OwnDesk, filters: Mapping[str, str], end: str) -> LeftOut | None:
    """Count the reads between the filters' end and the last act of a page; None if there is none, or the registry is silent."""
    calls = {"found": desk.registry.list_acts(**filters, since=end, newest=True, limit=_COUNTED)}
    found = (await together(**calls))["found"]
    if not found:
        return None
    count = sum(each["act"] in READS_OF_MACHINES for each in found["items"])
    return LeftOut(count, at_least=found["next_cursor"] is not None) if count else None


async def _round(desk: OwnDesk, subject: str) -> Any:
    """Return the round that an identifier is of; None if it is of something else."""
    try:
        found = await together(round=desk.eligibility.get_round(str(UUID(subject))))
    except ValueError:
        return None
    return found["round"] or None


@router.get("/audit/chains")
async def show_chains(request: Request, desk: OwnDesk) -> Response:
    """Verify the hash chains of all services, now."""
    clients: dict[str, Any] = {name: desk.service(name) for name in SERVICES}
    found = await together(**{name: client.verify_chains() for name, client in clients.items()})
    return page(request, "chains.html", found=found, services=SERVICES)


def _end_of(day: str) -> str:
    """Return the instant at which a day ends in China; empty for what is no day."""
    try:
        last = datetime.fromisoformat(day)
    except ValueError:
        return ""
    return isoformat(last.replace(hour=23, minute=59, second=59, microsecond=999_999, tzinfo=SHANGHAI))
