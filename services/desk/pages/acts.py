"""One way to act: a form is shown, sent, refused with what it held, or done; jobs are followed until they end."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence, Set
from functools import partial
from inspect import signature
from string import Formatter
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from services.desk.acts.domain import PART, QUERY, Act, body_of, fields_of
from services.desk.acts.jobs import JOBS
from services.desk.acts.library import act_of
from services.desk.clients.base import Refused, ServiceDown, SessionOver
from services.desk.desk import Desk, OwnDesk, desk_of
from services.desk.forms import FORM_SECONDS, MAX_FORM_BYTES, form_of, text_of
from services.desk.pages.matters import Matters, matters
from services.desk.rendering import language, page, person_of
from services.desk.settings import Settings
from services.desk.sign_in import here
from services.desk.subjects import subjects_of
from shared.errors import FieldError, NotFound, TooLarge
from shared.i18n import translate

_PIECE_BYTES = 1 << 20
_KEPT_JOBS = 8
_WITHOUT_MISTAKE = ("hidden", "rows", "several")
"""Kinds of fields beside which a page shows no mistake."""

router = APIRouter()


@router.get("/acts/{service}/{operation}")
async def show_act(request: Request, desk: OwnDesk, service: str, operation: str) -> Response:
    """Show an act's form on a page of its own; the address has what is known already."""
    known = request.query_params.multi_items()
    about = await _about(desk, act_of(service, operation), known)
    return _form(request, service, operation, known, back=here(request.query_params.get("back")), about=about)


@router.post("/acts/{service}/{operation}")
async def do_act(request: Request, service: str, operation: str) -> Response:
    """Do what a form asks for, once, however often it is sent."""
    act = act_of(service, operation)
    settings: Settings = request.app.state.settings
    if act.file is not None and person_of(request) is not None:
        most, seconds = settings.upload_max_bytes, settings.upload_max_seconds
    else:
        most, seconds = MAX_FORM_BYTES, FORM_SECONDS
    try:
        async with form_of(request, max_bytes=most, seconds=seconds) as form:
            return await _do(request, act, service, operation, form)
    except TooLarge as error:
        if person_of(request) is None:
            raise SessionOver from error
        raise


async def _do(request: Request, act: Act, service: str, operation: str, form: FormData) -> Response:
    held = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    back, key = here(text_of(form, "back")), text_of(form, "key") or secrets.token_hex(16)
    again = partial(_form, request, service, operation, held, back=back)
    body, mistakes = body_of(act, _by_name(held))
    if act.file is not None and not _size(form.get(act.file.name)):
        mistakes.append(FieldError(act.file.name, "missing", "Choose a file that is not empty."))
    try:
        desk = desk_of(request)
        if mistakes:
            about = await _about(desk, act, held)
            return again(mistakes=_said(request, mistakes), key=key, status=422, about=about)
        try:
            answer = await _send(desk, act, service, operation, form, body, key)
        except Refused as refused:
            return again(problem=refused.problem, status=refused.status, about=await _about(desk, act, held))
    except ServiceDown as down:
        return again(down=down.service, key=key, status=503)
    except SessionOver:
        return again(session_over=True, key=key, status=401)
    return _done(request, act, answer, back)


async def _about(desk: Desk, act: Act, held: Sequence[tuple[str, str]]) -> Matters:
    """Return what a form is about, in the words of the services."""
    return await matters(desk, subjects_of(act, _by_name(held)))


async def _send(
    desk: Desk, act: Act, service: str, operation: str, form: FormData, body: dict[str, Any], key: str
) -> Any:
    """Call the operation; raises NotFound for a form with parts or parameters that it does not have."""
    given: dict[str, Any] = {
        name.removeprefix(kind): value
        for kind in (QUERY, PART)
        for name, value in form.items()
        if name.startswith(kind) and isinstance(value, str)
    }
    given |= {**act.parts, "key": key}
    if act.file is not None:
        sent = form[act.file.name]
        assert isinstance(sent, UploadFile)
        if act.file_name and not given.get(act.file_name):
            given[act.file_name] = sent.filename or ""
        given["content"] = _pieces(sent)
    else:
        if seen := text_of(form, "etag"):
            given["etag"] = seen
        if act.fields:
            given["body"] = body
    call = getattr(desk.service(service), act.method or operation)
    try:
        bound = signature(call).bind(**given)
    except TypeError as error:
        raise NotFound("There is no such page.") from error
    return await call(*bound.args, **bound.kwargs)


async def _pieces(sent: UploadFile) -> AsyncIterator[bytes]:
    """Yield a file that was sent, which lies on the disk if it is large."""
    while piece := await sent.read(_PIECE_BYTES):
        yield piece


def _size(sent: object) -> int:
    return (sent.size or 0) if isinstance(sent, UploadFile) else 0


def _by_name(held: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in held:
        found.setdefault(name, []).append(value)
    return found


def _done(request: Request, act: Act, answer: Any, back: str) -> Response:
    members = answer if isinstance(answer, Mapping) else {}
    counted = [(label, _at(members, place)) for place, label in act.counts.items()]
    told = [each for each in counted if each[1]]
    if members.get("errors"):
        return page(request, "partly_done.html", act=act, told=told, errors=members["errors"], back=back)
    if act.job:
        jobs = [each for each in request.session.get("jobs", []) if each[1] != members["id"]]
        request.session["jobs"] = [[act.job, members["id"]], *jobs][:_KEPT_JOBS]
        return RedirectResponse(f"/jobs/{act.job}/{members['id']}?{urlencode({'back': back})}", 303)
    following = act.then.format_map(members) if act.then and _has_all(members, act.then) else back
    person = person_of(request)
    request.session["done"] = [act.title_for(person.uscc if person else None), told]
    return RedirectResponse(following, 303)


def _at(members: Mapping[str, Any], place: str) -> Any:
    """Return what an answer has at a place such as `rows.accepted`; None if it has nothing there."""
    found: Any = members
    for name in place.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _has_all(members: Mapping[str, Any], path: str) -> bool:
    """Whether an answer has every member that a path names."""
    return all(members.get(name) is not None for _, name, _, _ in Formatter().parse(path) if name)


def _form(
    request: Request,
    service: str,
    operation: str,
    held: Sequence[tuple[str, str]],
    *,
    back: str,
    status: int = 200,
    key: str = "",
    problem: Mapping[str, Any] | None = None,
    mistakes: Mapping[str, str] | None = None,
    down: str = "",
    session_over: bool = False,
    about: Matters | None = None,
) -> Response:
    act = act_of(service, operation)
    values = _by_name(held)
    names = {each.name for each in fields_of(act, values)}
    found = {_place(str(each["pointer"]), names): each["message"] for each in (problem or {}).get("errors") or ()}
    return page(
        request,
        "act.html",
        status=status,
        act=act,
        service=service,
        operation=operation,
        values=values,
        back=back,
        key=key,
        problem=problem,
        mistakes={**found, **(mistakes or {})},
        unplaced=_unplaced(act, problem or {}, values),
        is_over=(problem or {}).get("possible") == [] and any(name.startswith(PART) for name in values),
        down=down,
        session_over=session_over,
        about=[(each, {}) for each in subjects_of(act, values)] if about is None else about,
    )


def _place(pointer: str, names: Set[str]) -> str:
    """Return the name of the field that a service's mistake is about, be it a member or a parameter of the query."""
    name = pointer.strip("/").replace("/", ".")
    return f"{QUERY}{name}" if name not in names and f"{QUERY}{name}" in names else name


def _unplaced(act: Act, problem: Mapping[str, Any], values: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """Return the mistakes that no field of the form shows, each with its place in the file that was sent, or an empty one."""
    fields = list(fields_of(act, values))
    names, shown = {each.name for each in fields}, {each.name for each in fields if each.kind not in _WITHOUT_MISTAKE}
    return [
        ("" if act.file is None or pointer.startswith("/") else pointer, each["message"])
        for each in problem.get("errors") or ()
        if _place(pointer := str(each["pointer"]), names) not in shown
    ]


def _said(request: Request, mistakes: Sequence[FieldError]) -> dict[str, str]:
    return {each.pointer: translate(each.message, language(request), each.parameters) for each in mistakes}


@router.get("/jobs")
async def show_jobs(request: Request, desk: OwnDesk) -> Response:
    """Show the jobs that were started in this session."""
    started = []
    for kind, number in request.session.get("jobs", []):
        try:
            job = await _job(desk, kind, number)
        except (Refused, ServiceDown):
            job = None
        started.append((kind, JOBS[kind], number, job))
    return page(request, "jobs.html", jobs=started)


@router.get("/jobs/{kind}/{job_id}")
async def show_job(request: Request, desk: OwnDesk, kind: str, job_id: str, back: str = "/") -> Response:
    """Show how far a job is; htmx asks for the part that changes."""
    if kind not in JOBS:
        raise NotFound("There is no such page.")
    job = await _job(desk, kind, job_id)
    template = "_job.html" if request.headers.get("hx-request") else "job.html"
    return page(request, template, kind=JOBS[kind], job=job, kind_name=kind, back=here(back))


async def _job(desk: Desk, kind: str, job_id: str) -> Any:
    known = JOBS[kind]
    return await getattr(desk.service(known.service), known.operation)(job_id)
