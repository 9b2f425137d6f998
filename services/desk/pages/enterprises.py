"""Enterprises: found by name or code; one with its facts, awards, near-misses and money."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.clients.base import Refused, ServiceDown
from services.desk.desk import Desk, Missing, OwnDesk, together
from services.desk.rendering import page, today
from shared.catalogue.datasets import CATALOGUE
from shared.policies import POLICIES

router = APIRouter()
_SHOWN = 50
_CODE = re.compile(r"[0-9A-Za-z]{2,18}")


@router.get("/enterprises")
async def show_enterprises(request: Request, desk: OwnDesk, q: str = "", cursor: str = "") -> Response:
    """Find enterprises by a part of their name, or by the beginning of their code."""
    text = q.strip()
    by = {"uscc": text} if _CODE.fullmatch(text) else {"name": text}
    found = await desk.registry.search_enterprises(**by, limit=_SHOWN, cursor=cursor)
    return page(request, "enterprises.html", found=found, q=text)


@router.get("/enterprises/{uscc}")
async def show_enterprise(request: Request, desk: OwnDesk, uscc: str) -> Response:
    """Show everything about an enterprise, each figure linked to where it comes from."""
    found = await together(
        card=desk.registry.get_enterprise(uscc),
        challenges=desk.registry.list_challenges(uscc=uscc, limit=_SHOWN),
        warnings=desk.registry.list_quality_warnings(uscc=uscc, limit=_SHOWN),
        decisions=desk.eligibility.list_decisions(uscc=uscc, limit=_SHOWN),
        refusals=desk.eligibility.list_refusals(uscc=uscc, limit=_SHOWN),
        orders=desk.payout.list_payment_orders(uscc=uscc, limit=_SHOWN),
        recoveries=desk.payout.list_recoveries(uscc=uscc, limit=_SHOWN),
    )
    card = found.pop("card")
    if isinstance(card, Missing):
        if card.is_down:
            raise ServiceDown(card.service)
        return page(request, "not_found.html", status=404)
    records = {"enterprises": [card["enterprise"]], **card["records"]}
    sources = await _sources(desk, {row["revision"] for rows in records.values() for row in rows})
    return page(
        request,
        "enterprise.html",
        card=card,
        facts=[(CATALOGUE[name], rows) for name, rows in records.items() if name in CATALOGUE],
        addable=[CATALOGUE[name] for name in CATALOGUE if f"record_{name}" in card["possible_acts"]],
        sources=sources,
        challenged=_challenged(found["challenges"]),
        **found,
    )


async def _sources(desk: Desk, revisions: Iterable[int]) -> Mapping[int, Mapping[str, Any]]:
    """Return who recorded what was set at revisions, when and from where; nothing for whoever sees a district alone."""
    asked = sorted(revisions)[-100:]
    found = (await together(found=desk.registry.list_revisions(revision=asked, limit=100)))["found"]
    return {each["revision"]: each for each in found["items"]} if found else {}


def _challenged(challenges: Mapping[str, Any] | Missing) -> set[tuple[str, str]]:
    """Return the rows that are challenged and not resolved yet, by dataset and key."""
    items: Sequence[Mapping[str, Any]] = challenges["items"] if isinstance(challenges, Mapping) else ()
    return {
        (each["dataset"], "/".join(str(each["key"].get(name)) for name in CATALOGUE[each["dataset"]].key))
        for each in items
        if each["state"] == "open" and each["dataset"] in CATALOGUE
    }


@router.get("/enterprises/{uscc}/near-misses")
async def show_near_misses(request: Request, desk: OwnDesk, uscc: str) -> Response:
    """Show what an enterprise just fails to get, and what it would take; nothing is decided."""
    day = today(request)
    template = "_near_misses.html" if request.headers.get("hx-request") else "near_misses.html"
    calls = {
        policy.code: desk.eligibility.assess_enterprise(
            {
                "policy": policy.code,
                "uscc": uscc,
                "decided_on": day.isoformat(),
                "award_years": list(policy.award_years),
                "from_registry": True,
            }
        )
        for policy in POLICIES.values()
    }
    try:
        answers = await together(**calls)
    except Refused as refused:
        return page(request, template, uscc=uscc, near=[], missing=[], problem=refused.problem)
    found = [award for answer in answers.values() if answer for award in answer["awards"]]
    near = [
        (award, condition)
        for award in found
        if all(_is_short(each) for each in award["conditions"] if each["result"] == "failed")
        for condition in award["near_misses"]
        if _is_near(condition)
    ]
    missing = [answer for answer in answers.values() if isinstance(answer, Missing)]
    return page(request, template, uscc=uscc, near=near, missing=missing, problem=None)


def _is_short(failed: Mapping[str, Any]) -> bool:
    """Whether more of something would have met a failed condition: where it would not, the award is not near by any figure."""
    parts = [each for each in failed.get("within", ()) if each["result"] == "failed"]
    if not parts:
        return bool(failed.get("short_by"))
    enough = any if failed["comparison"]["code"] == "any" else all
    return enough(map(_is_short, parts))


def _is_near(condition: Mapping[str, Any]) -> bool:
    """Whether an enterprise has something of what a condition asks for, but not enough."""
    return bool((condition.get("measured") or {}).get("value"))
