"""Public notices, and the objections that are made in them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import OwnDesk, together
from services.desk.downloads import paper_type, passed_on
from services.desk.rendering import page

router = APIRouter()


@router.get("/notices")
async def show_notices(request: Request, desk: OwnDesk, state: str = "", cursor: str = "") -> Response:
    """List the notices."""
    found = await desk.eligibility.list_notices(state=state, cursor=cursor)
    return page(request, "notices.html", notices=found, state=state)


@router.get("/notices/{notice_id}")
async def show_notice(request: Request, desk: OwnDesk, notice_id: str, cursor: str = "") -> Response:
    """Show a notice: what it publishes, its term, and who objects. An enterprise opens and objects to its own decisions alone."""
    is_enterprise = desk.person.uscc is not None
    found = await together(
        notice=desk.eligibility.get_notice(notice_id, limit=50, cursor=cursor),
        objections=desk.eligibility.list_objections(notice_id, limit=200),
        **({"own": desk.eligibility.list_decisions(notice_id=notice_id, limit=1_000)} if is_enterprise else {}),
    )
    if not found["notice"]:
        found["notice"] = await desk.eligibility.get_notice(notice_id)  # the refusal, as the page that it is
    entries = found["notice"]["items"]
    own = (found.pop("own") or {"items": ()})["items"] if is_enterprise else ()
    theirs = {each["id"] for each in own} if is_enterprise else {each["decision_id"] for each in entries}
    named = {each["decision_id"]: each for each in entries}
    listed = (found["objections"] or {"items": ()})["items"]
    objected = {each["decision_id"]: each["id"] for each in listed if each["decision_id"] and not each["outcome"]}
    return page(request, "notice.html", theirs=theirs, named=named, objected=objected, **found)


@router.get("/notices/{notice_id}/document")
async def show_document(desk: OwnDesk, notice_id: str, form: str = "html") -> Response:
    """Show a notice as a paper, or give it as a document."""
    return passed_on(await desk.eligibility.get_notice_document(notice_id, accept=paper_type(form)))


@router.get("/objections/{objection_id}")
async def show_objection(request: Request, desk: OwnDesk, objection_id: str) -> Response:
    """Show an objection, what it is about, and what became of it."""
    objection = await desk.eligibility.get_objection(objection_id)
    parts = {}
    if objection["decision_id"]:
        parts = await together(decision=desk.eligibility.get_decision(objection["decision_id"]))
    else:
        uscc = objection["omission"]["uscc"]
        parts = await together(enterprises=desk.registry.search_enterprises(uscc=uscc, limit=1))
    enterprises = (parts.get("enterprises") or {"items": ()})["items"]
    return page(
        request,
        "objection.html",
        objection=objection,
        decision=parts.get("decision"),
        enterprise=enterprises[0]["name"] if enterprises else "",
    )
