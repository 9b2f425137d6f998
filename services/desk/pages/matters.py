"""What a form on a page of its own is about, as the services know it: whose it is, which award, of which year, of what sum."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.desk.clients.base import Refused, ServiceDown
from services.desk.desk import Desk
from services.desk.subjects import Subject

_READ: Mapping[str, tuple[str, str]] = {
    "arrangement_id": ("payout", "get_arrangement"),
    "award_id": ("payout", "get_award_timeline"),
    "batch_id": ("payout", "get_payment_batch"),
    "challenge_id": ("registry", "get_challenge"),
    "decision_id": ("eligibility", "get_decision"),
    "draft_id": ("registry", "get_draft"),
    "import_id": ("registry", "get_import"),
    "notice_id": ("eligibility", "get_notice"),
    "objection_id": ("eligibility", "get_objection"),
    "order_id": ("payout", "get_payment_order"),
    "recovery_id": ("payout", "get_recovery"),
    "refusal_id": ("eligibility", "get_refusal"),
    "round_id": ("eligibility", "get_round"),
}
"""The service and the operation that give what an identifier is of."""


Matters = Sequence[tuple[Subject, Mapping[str, Any]]]
"""What a form is about, each with what its service gives of it."""


async def matters(desk: Desk, subjects: Iterable[Subject]) -> Matters:
    """Return each subject with what its service gives of it; empty where it gives nothing: its link says enough then."""
    about = list(subjects)
    return list(zip(about, await asyncio.gather(*(_matter(desk, each) for each in about)), strict=True))


async def _matter(desk: Desk, subject: Subject) -> Mapping[str, Any]:
    try:
        return await _read(desk, subject.kind, subject.value)
    except (Refused, ServiceDown):
        return {}


async def _read(desk: Desk, kind: str, value: str) -> Mapping[str, Any]:
    if kind == "uscc":
        found = (await desk.registry.search_enterprises(uscc=value, limit=1))["items"]
        return {"payee": found[0]} if found else {}
    if kind not in _READ:
        return {}
    service, operation = _READ[kind]
    matter: Mapping[str, Any] = await getattr(desk.service(service), operation)(value)
    if kind != "objection_id":
        return matter
    objected = matter["decision_id"]
    return await desk.eligibility.get_decision(objected) if objected else matter["omission"] or {}
