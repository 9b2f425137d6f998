"""What if: other facts, readings or numbers, and who would gain and lose, before anything is done."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from services.desk.clients.base import Refused
from services.desk.desk import OwnDesk, together
from services.desk.forms import form_of, text_of
from services.desk.rendering import page, today
from services.desk.settings import Settings
from shared.catalogue.datasets import CATALOGUE
from shared.money import NotAnAmountInYuanError, fen_of_yuan, yuan
from shared.policies import FIRST_POLICY, POLICIES
from shared.web.bodies import MAX_LARGE_BYTES

router = APIRouter()
LISTED_ROWS = 30
"""The most rows of an enterprise that can be corrected on the page."""
NUMBERS = ("codes", "date")
"""Units of the policy's values that are no numbers: they are changed by readings."""
_FORM_BYTES = 3 * MAX_LARGE_BYTES
"""Facts of the size that the service takes, as a form may write them: `%5B` for a bracket."""
CHANGES = ("gained", "lost", "raised", "lowered", "moved")


@router.get("/what-if")
async def show_question(
    request: Request, desk: OwnDesk, policy: str = FIRST_POLICY, reading: str = "", dataset: str = "", uscc: str = ""
) -> Response:
    """Show what may be asked, and what was asked before."""
    rows: Sequence[Mapping[str, Any]] = ()
    if dataset in CATALOGUE and uscc:
        found = await together(rows=desk.registry.list_records(dataset, uscc=uscc, limit=LISTED_ROWS))
        rows = found["rows"]["items"] if found["rows"] else ()
    return await _question(request, desk, policy, reading=reading, dataset=dataset, uscc=uscc, rows=rows)


@router.post("/what-if")
async def read_facts(request: Request, desk: OwnDesk) -> Response:
    """Read the rows that the question is about: a file, rows that were pasted, or rows that were changed on the page."""
    async with form_of(request, max_bytes=_FORM_BYTES, seconds=_seconds(request)) as form:
        dataset, policy = _text(form, "dataset"), _text(form, "policy") or FIRST_POLICY
        sent = form.get("file")
        content = await sent.read() if isinstance(sent, UploadFile) and sent.size else b""
        pasted = _text(form, "pasted")
        changed, mistakes = _changed_rows(form, dataset)
    if not content:
        content = (
            _as_csv(csv.reader(pasted.splitlines(), delimiter="\t" if "\t" in pasted else ",")) if pasted else changed
        )
    problem: Mapping[str, Any] | None = None
    read: Mapping[str, Any] | None = None
    if content and not mistakes:
        try:
            read = await desk.eligibility.read_scenario_facts(content, dataset=dataset)
        except Refused as refused:
            problem = refused.problem
    status = 200 if read else 422
    return await _question(
        request, desk, policy, dataset=dataset, read=read, problem=problem, mistakes=mistakes, status=status
    )


@router.post("/what-if/impact")
async def show_impact(request: Request, desk: OwnDesk) -> Response:
    """Show what a correction of facts would change in awards and money; nothing is stored."""
    async with form_of(request, max_bytes=_FORM_BYTES, seconds=_seconds(request)) as form:
        policy, written = _text(form, "policy") or FIRST_POLICY, _text(form, "facts")
    try:
        facts = orjson.loads(written or "{}")
    except orjson.JSONDecodeError:
        return await _question(request, desk, policy, status=422)
    try:
        impact = await desk.eligibility.preview_impact({"policy": policy, "facts": facts})
    except Refused as refused:
        if refused.is_missing_scope:
            raise
        return await _question(request, desk, policy, problem=refused.problem, status=refused.status)
    return page(request, "impact.html", impact=impact, facts=facts)


@router.get("/simulations/{simulation_id}")
async def show_simulation(
    request: Request, desk: OwnDesk, simulation_id: str, change: str = "", award: str = "", cursor: str = ""
) -> Response:
    """Show what a simulation found: cost beside today's, who gains and loses, and each changed award."""
    found = await desk.eligibility.get_simulation(simulation_id)
    if found["state"] != "succeeded":
        return RedirectResponse(f"/jobs/simulation/{simulation_id}", 303)
    if not change and not award:
        change = next((each for each in CHANGES if found["changes"].get(each)), "")
    parts = await together(
        outcomes=desk.eligibility.list_simulated_outcomes(
            simulation_id, change=change if change in CHANGES else None, award=award, cursor=cursor, limit=50
        ),
        policy=desk.eligibility.get_policy(found["policy"]),
        readings=desk.eligibility.get_interpretations(found["policy"]),
    )
    return page(request, "simulation.html", simulation=found, **parts, change=change, award=award, changes=CHANGES)


async def _question(request: Request, desk: OwnDesk, policy: str, *, status: int = 200, **more: Any) -> Response:
    found = await together(
        policy=desk.eligibility.get_policy(policy),
        readings=desk.eligibility.get_interpretations(policy),
        simulations=desk.eligibility.list_simulations(limit=10),
    )
    parameters = found["policy"]["parameters"] if found["policy"] else {}
    numbers = {name: one for name, one in parameters.items() if one["unit"] not in NUMBERS}
    blank = {"reading": "", "dataset": "", "uscc": "", "rows": (), "read": None, "problem": None, "mistakes": ()}
    read = more.get("read")
    facts = orjson.dumps(read["facts"]).decode() if read else ""
    context = {**blank, **found, **more, "numbers": numbers, "facts": facts, "catalogue": CATALOGUE}
    last_year = min(today(request).year - 1, POLICIES[policy].award_years[-1]) if policy in POLICIES else ""
    return page(request, "what_if.html", status=status, **context, last_year=last_year, in_yuan=in_yuan)


def in_yuan(name: str, value: Any) -> str:
    """Return a field's value as a form shows it: money in yuan."""
    if value is None:
        return ""
    return yuan(value) if name.endswith("_fen") else orjson.dumps(value).decode().strip('"')


def _changed_rows(form: FormData, dataset: str) -> tuple[bytes, list[str]]:
    """Return as CSV the rows that differ from what the page showed (`was.…`), and the fields that cannot be read."""
    rows: dict[str, dict[str, str]] = {}
    changed, mistakes = set(), []
    for name, value in form.multi_items():
        kind, _, rest = name.partition(".")
        if kind != "row" or not isinstance(value, str):
            continue
        number, _, field = rest.partition(".")
        if value.strip() != _text(form, f"was.{rest}"):
            changed.add(number)
        try:
            rows.setdefault(number, {})[field] = _plain(field, value.strip())
        except NotAnAmountInYuanError:
            mistakes.append(field)
    kept = [row for number, row in rows.items() if number in changed]
    if not kept or dataset not in CATALOGUE:
        return b"", mistakes
    fields = list(kept[0])
    return _as_csv([fields, *([row[field] for field in fields] for row in kept)]), mistakes


def _plain(field: str, value: str) -> str:
    if field.endswith("_fen") and value:
        return str(fen_of_yuan(value.replace(",", "").replace("，", "")))
    return value


def _as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def _text(form: FormData, name: str) -> str:
    return text_of(form, name).strip()


def _seconds(request: Request) -> float:
    settings: Settings = request.app.state.settings
    return settings.upload_max_seconds
