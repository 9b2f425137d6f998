"""The catalogue of datasets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.registry.datasets import template
from services.registry.datasets.catalogue import CATALOGUE, dataset
from services.registry.datasets.domain import UnknownDatasetError
from services.registry.datasets.schemas import Catalogue, DatasetView, view
from services.registry.request import READS
from shared.errors import NotFound
from shared.web.negotiation import language_of
from shared.web.openapi import BINARY
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/datasets", tags=["datasets"], dependencies=[READS])


@router.get("", operation_id="list_datasets", response_model=Catalogue)
def list_datasets() -> Catalogue:
    """List the datasets, each with its fields, names, bounds, headings in files, and JSON Schema."""
    return Catalogue(items=[view(item) for item in CATALOGUE.values()], next_cursor=None)


@router.get("/{name}", operation_id="get_dataset", response_model=DatasetView, responses=refusals(NotFound))
def get_dataset(name: Annotated[str, Path(description="Name of a dataset")]) -> DatasetView:
    """Give one dataset of the catalogue."""
    try:
        return view(dataset(name))
    except UnknownDatasetError as error:
        raise NotFound("There is no such dataset; `GET /v1/datasets` lists them.") from error


@router.get(
    "/{name}/template",
    operation_id="get_dataset_template",
    response_class=Response,
    responses={
        200: {"content": {template.MEDIA_TYPE: BINARY}},
        **refusals(NotFound),
    },
)
def get_dataset_template(request: Request, name: Annotated[str, Path(description="Name of a dataset")]) -> Response:
    """Give a workbook to fill in and import: headings in the caller's language, lists to choose from, notes."""
    try:
        content = template.write(dataset(name), language_of(request))
    except UnknownDatasetError as error:
        raise NotFound("There is no such dataset; `GET /v1/datasets` lists them.") from error
    disposition = f'attachment; filename="{name}.xlsx"'
    return Response(content, media_type=template.MEDIA_TYPE, headers={"Content-Disposition": disposition})
