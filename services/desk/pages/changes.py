"""Changes of facts: drafts that wait for a second person, challenges, revisions, and what is missing or odd."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import OwnDesk, together
from services.desk.rendering import page
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.errors import NotFound
from shared.policies import AWARD_TITLES

router = APIRouter()
_SHOWN = 50


@router.get("/drafts")
async def show_drafts(
    request: Request, desk: OwnDesk, state: str = "proposed", dataset: str = "", cursor: str = ""
) -> Response:
    """Show change sets that another person has to confirm."""
    found = await desk.registry.list_drafts(
        state=state if state != "all" else None, dataset=dataset, limit=_SHOWN, cursor=cursor
    )
    confirmed = [name for name, each in CATALOGUE.items() if each.confirmation]
    return page(request, "drafts.html", found=found, state=state, dataset=dataset, datasets=confirmed)


@router.get("/drafts/{draft_id}")
async def show_draft(request: Request, desk: OwnDesk, draft_id: str, cursor: str = "") -> Response:
    """Show what a draft would change, the old beside the new."""
    draft = await desk.registry.get_draft(draft_id, limit=_SHOWN, cursor=cursor)
    dataset = _declared(draft["dataset"])
    rows = [{**row, "fields": _compared(dataset, row["before"], row["after"])} for row in draft["items"]]
    return page(request, "draft.html", draft=draft, dataset=dataset, rows=rows)


def _compared(
    dataset: Dataset, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[tuple[Any, Any, Any, bool]]:
    """Return each field with what it held and would hold, and whether that differs."""
    old, new = before or {}, after or {}
    values = [(item, old.get(item.name), new.get(item.name)) for item in dataset.fields]
    return [(item, was, will, was != will) for item, was, will in values]


@router.get("/challenges")
async def show_challenges(
    request: Request,
    desk: OwnDesk,
    open: str = "true",  # noqa: A002 - as the service calls it
    dataset: str = "",
    uscc: str = "",
    cursor: str = "",  # noqa: A002
) -> Response:
    """Show challenges to facts, those that wait first."""
    found = await desk.registry.list_challenges(
        open=None if open == "all" else open, dataset=dataset, uscc=uscc.strip(), limit=_SHOWN, cursor=cursor
    )
    return page(
        request, "challenges.html", found=found, open=open, dataset=dataset, uscc=uscc, datasets=list(CATALOGUE)
    )


@router.get("/challenges/{challenge_id}")
async def show_challenge(request: Request, desk: OwnDesk, challenge_id: str) -> Response:
    """Show a challenge beside the row as it is now, and what changed the row since."""
    challenge = await desk.registry.get_challenge(challenge_id)
    dataset = _declared(challenge["dataset"])
    found = await together(history=desk.registry.list_records_history(dataset.name, **challenge["key"]))
    versions: Sequence[Mapping[str, Any]] = found["history"]["items"] if found["history"] else ()
    since = [each for each in versions if each["recorded_at"] > challenge["made_at"]]
    return page(
        request,
        "challenge.html",
        challenge=challenge,
        dataset=dataset,
        item=dataset.by_name.get(challenge["field"] or ""),
        now=versions[-1] if versions and versions[-1]["replaced_in"] is None else None,
        since=since,
    )


@router.get("/revisions")
async def show_revisions(request: Request, desk: OwnDesk, revision: str = "", cursor: str = "") -> Response:
    """Show change sets, the newest first, or those that are asked for."""
    wanted = [int(each) for each in re.split("[,，]", revision) if re.fullmatch(r"\s*[0-9]{1,9}\s*", each)]
    found = await desk.registry.list_revisions(revision=wanted or None, limit=_SHOWN, cursor=cursor)
    return page(request, "revisions.html", found=found, wanted=revision)


@router.get("/quality")
async def show_quality(
    request: Request, desk: OwnDesk, award: str = "", dataset: str = "", uscc: str = "", cursor: str = ""
) -> Response:
    """Show what is missing or odd, with the awards that it affects."""
    found = await desk.registry.list_quality_warnings(
        award=award, dataset=dataset, uscc=uscc.strip(), limit=_SHOWN, cursor=cursor
    )
    rows = [{**each, "key": _key(each["dataset"], each["key"])} for each in found["items"]]
    return page(
        request,
        "quality.html",
        found=found,
        rows=rows,
        award=award,
        dataset=dataset,
        uscc=uscc,
        awards=list(AWARD_TITLES),
        datasets=list(CATALOGUE),
    )


def _key(dataset: str, values: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(_declared(dataset).key, values, strict=False))


def _declared(name: str) -> Dataset:
    if name not in CATALOGUE:
        raise NotFound("There is no such page.")
    return CATALOGUE[name]
