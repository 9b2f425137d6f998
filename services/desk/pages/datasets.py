"""Datasets: what each column means, a template to fill in, the rows, and one row with its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.datasets import written
from services.desk.desk import Desk, OwnDesk, together
from services.desk.downloads import passed_on
from services.desk.rendering import page
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.errors import NotFound
from shared.media_types import XLSX

router = APIRouter()
_ROWS_SHOWN = 50


@router.get("/datasets")
async def show_datasets(request: Request, desk: OwnDesk) -> Response:
    """Show every dataset, with a template to fill in."""
    catalogue = await desk.registry.list_datasets()
    return page(request, "datasets.html", names=[each["name"] for each in catalogue["items"]])


@router.get("/datasets/{name}")
async def show_dataset(request: Request, desk: OwnDesk, name: str, cursor: str = "") -> Response:
    """Show what each column of a dataset means, and its rows by their key."""
    dataset = _declared(name)
    wanted = _given(dataset, request.query_params)
    found = await together(
        catalogue=desk.registry.list_datasets(),
        rows=desk.registry.list_records(name, limit=_ROWS_SHOWN, cursor=cursor, **wanted),
    )
    possible = found["catalogue"]["possible_acts"] if found["catalogue"] else []
    return page(request, "dataset.html", dataset=dataset, rows=found["rows"], possible=possible, wanted=wanted)


@router.get("/datasets/{name}/template")
async def download_template(desk: OwnDesk, name: str) -> Response:
    """Pass on a workbook to fill in."""
    return passed_on(await desk.registry.get_dataset_template(name, accept=XLSX))


@router.get("/datasets/{name}/history")
async def show_row(request: Request, desk: OwnDesk, name: str) -> Response:
    """Show one row: what it says now, every version before, who set each, and what is challenged."""
    dataset = _declared(name)
    key = _given(dataset, request.query_params)
    if key.keys() != set(dataset.key):
        raise NotFound("There is no such page.")
    history = await desk.registry.list_records_history(name, **key)
    versions = history["items"]
    now = versions[-1] if versions and versions[-1]["replaced_in"] is None else None
    record = now["record"] if now else versions[-1]["record"] if versions else key
    owner = next((record[each] for each in dataset.owners if record.get(each)), None)
    found = await _challenges(desk, name, owner)
    return page(
        request,
        "row.html",
        dataset=dataset,
        key=key,
        now=now,
        versions=_with_changes(dataset, versions),
        owner=owner,
        values=_prefilled(dataset, record),
        challenges=[each for each in found if _same(each["key"], key)],
        possible=history["possible_acts"],
    )


async def _challenges(desk: Desk, dataset: str, uscc: str | None) -> Sequence[Mapping[str, Any]]:
    call = desk.registry.list_challenges(dataset=dataset, uscc=uscc, limit=_ROWS_SHOWN)
    answer = (await together(challenges=call))["challenges"]
    return answer["items"] if answer else []


def _same(key: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return {name: str(value) for name, value in key.items()} == {name: str(value) for name, value in other.items()}


def _with_changes(dataset: Dataset, versions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the versions, the newest first, each with the fields that it changed and what they held before."""
    made: list[dict[str, Any]] = []
    before: Mapping[str, Any] = {}
    for version in versions:
        record = version["record"]
        changed = [
            (item, before.get(item.name), record[item.name])
            for item in dataset.fields
            if item.name not in dataset.key and (not before or before[item.name] != record[item.name])
        ]
        made.append({**version, "changed": changed, "is_first": not before})
        before = {} if version["withdrawn"] else record
    return made[::-1]


def _prefilled(dataset: Dataset, record: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what the form of a correction holds at first; what is masked is typed again."""
    shown = [item for item in dataset.fields if not item.sensitive and item.name in record]
    return {f"records.0.{item.name}": [written(item, record[item.name])] for item in shown}


def _given(dataset: Dataset, query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name].strip() for name in dataset.key if query.get(name, "").strip()}


def _declared(name: str) -> Dataset:
    if name not in CATALOGUE:
        raise NotFound("There is no such page.")
    return CATALOGUE[name]
