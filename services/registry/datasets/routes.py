"""Routes of the catalogue of datasets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.registry.datasets import template
from services.registry.datasets.schemas import Catalogue, DatasetView, view
from shared.authorization import Actor, Scope
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.errors import NotFound
from shared.media_types import XLSX
from shared.web.auth import needs
from shared.web.negotiation import language_of
from shared.web.openapi import BINARY
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/datasets", tags=["datasets"], dependencies=[needs(Scope.FACTS_READ, own=Scope.OWN_READ)])


def declared(name: str) -> Dataset:
    """Return the dataset of that name; raises NotFound."""
    try:
        return CATALOGUE[name]
    except KeyError as error:
        raise NotFound("There is no such dataset; `GET /v1/datasets` lists them.") from error


@router.get("", operation_id="list_datasets", response_model=Catalogue)
def list_datasets(request: Request, actor: Annotated[Actor, needs(Scope.FACTS_READ, own=Scope.OWN_READ)]) -> Catalogue:
    """List the datasets, each with its fields, names, bounds, headings in files, and JSON Schema."""
    possible = possible_acts(request, actor, ("start_import", *(f"record_{name}" for name in CATALOGUE)))
    return Catalogue(items=[view(item) for item in CATALOGUE.values()], next_cursor=None, possible_acts=possible)


@router.get("/{name}", operation_id="get_dataset", response_model=DatasetView, responses=refusals(NotFound))
def get_dataset(name: Annotated[str, Path(description="Name of a dataset")]) -> DatasetView:
    """Return one dataset of the catalogue."""
    return view(declared(name))


@router.get(
    "/{name}/template",
    operation_id="get_dataset_template",
    response_class=Response,
    responses={
        200: {"content": {XLSX: BINARY}},
        **refusals(NotFound),
    },
)
def get_dataset_template(request: Request, name: Annotated[str, Path(description="Name of a dataset")]) -> Response:
    """Return a workbook to fill in and import: headings in the caller's language, lists to choose from, notes."""
    content = template.write(declared(name), language_of(request))
    disposition = f'attachment; filename="{name}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": disposition})
