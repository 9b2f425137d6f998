"""Pydantic models made from the declarations: for JSON Schema, OpenAPI and the types of answers.

Submitted records are checked by `checks`, the same for a request and for a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, WithJsonSchema, create_model
from pydantic import Field as Described

from shared.catalogue.domain import INTEGERS, Dataset, Field, Kind
from shared.web.possible_acts import PossibleActs

EXAMPLES: Mapping[Kind, object] = {
    Kind.USCC: "91110000600037341L",
    Kind.DAY: "2020-06-30",
    Kind.YEAR: 2020,
    Kind.COUNT: 120,
    Kind.MONEY: 512_345_600,
    Kind.NUMBER: 435,
    Kind.DECIMAL: 10_000.5,
    Kind.FLAG: True,
    Kind.CODE: "202000000001",
    Kind.ACCOUNT: "6222000011112222",
    Kind.TEXT: "样例",
}


class Titles(BaseModel):
    """A name in both languages."""

    zh_cn: str = Described(serialization_alias="zh-CN", validation_alias="zh-CN", description="Chinese name")
    en: str = Described(description="English name")

    model_config = ConfigDict(
        populate_by_name=True, json_schema_extra={"examples": [{"zh-CN": "企业", "en": "enterprises"}]}
    )


class FieldView(BaseModel):
    """One field of a dataset."""

    name: str = Described(description="Member of the record and heading of a column", examples=["online_retail_fen"])
    kind: str = Described(description="What it holds", examples=["money"])
    title: Titles
    unit: str | None = Described(description="Unit of a number", examples=["fen"])
    optional: bool = Described(description="May be empty: unknown, not zero")
    in_key: bool = Described(description="Part of the record's key")
    minimum: int | None = Described(description="Least value, inclusive")
    maximum: int | None = Described(description="Largest value, inclusive")
    choices: dict[str, Titles] = Described(description="Allowed codes and their names")
    sensitive: bool = Described(description="Shown whole with scope accounts:read alone")
    headings: list[str] = Described(description="Headings under which a file may carry it")


class DatasetView(BaseModel):
    """One dataset of the catalogue."""

    name: str = Described(examples=["annual_sales"], description="Name in paths, events and imports")
    title: Titles
    key: list[str] = Described(description="Fields of the key, in order")
    owners: list[str] = Described(description="Fields that name the enterprises a record belongs to")
    owned_through: str | None = Described(
        description="Dataset whose record owns this one's, by the field of the same name"
    )
    confirmation: str | None = Described(
        description="Scope of the person who confirms what another one records; null where none has to",
        examples=["accounts:confirm"],
    )
    fields: list[FieldView]
    json_schema: dict[str, Any] = Described(description="JSON Schema (2020-12) of a record")


class Catalogue(BaseModel):
    """All datasets."""

    items: list[DatasetView]
    next_cursor: str | None = Described(default=None, description="Always null: the catalogue is one page")
    possible_acts: PossibleActs


def class_name(dataset: Dataset) -> str:
    """Return the dataset's name in the form of a class name."""
    return "".join(part.capitalize() for part in dataset.name.split("_"))


def _annotation(item: Field) -> Any:
    if item.choices:
        return Literal[tuple(item.choices)]
    if item.kind in INTEGERS:
        return Annotated[int, Described(ge=item.minimum, le=item.maximum)]
    if item.kind is Kind.DECIMAL:
        schema = {"type": "number", "minimum": item.minimum, "maximum": item.maximum, "multipleOf": 0.01}
        return Annotated[Decimal, WithJsonSchema(schema)]
    if item.kind is Kind.DAY:
        return date
    if item.kind is Kind.FLAG:
        return bool
    pattern = "^[0-9A-Za-z]{18}$" if item.kind is Kind.USCC else item.pattern
    return Annotated[str, Described(min_length=1, max_length=item.max_length, pattern=pattern)]


def _described(item: Field, *, required: bool) -> Any:
    unit = f", {item.unit}" if item.unit else ""
    example = EXAMPLES.get(item.kind, next(iter(item.choices), None))
    return Described(
        default=... if required else None,
        description=f"{item.en[:1].upper()}{item.en[1:]}{unit} ({item.zh})",
        examples=None if example is None else [example],
        json_schema_extra={"x-kind": item.kind.value, "x-title-zh": item.zh},
    )


def _members(items: list[Field], *, required: bool | None = None) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for item in items:
        needed = not item.optional if required is None else required
        annotation = _annotation(item)
        members[item.name] = (annotation if needed else annotation | None, _described(item, required=needed))
    return members


def _model(name: str, doc: str, zh: str, members: dict[str, Any]) -> type[BaseModel]:
    config = ConfigDict(extra="forbid", json_schema_extra={"x-description-zh": zh})
    model: type[BaseModel] = create_model(name, __config__=config, __doc__=doc, **members)
    return model


@cache
def record_model(dataset: Dataset) -> type[BaseModel]:
    """Return the model of a record as it is written."""
    return _model(
        f"{class_name(dataset)}Record", f"{dataset.zh}: {dataset.en}.", dataset.zh, _members(list(dataset.fields))
    )


@cache
def stored_model(dataset: Dataset) -> type[BaseModel]:
    """Return the model of a record as it is read: with the revision that set it."""
    revision = (int, Described(description="The revision that set this record", examples=[42]))
    members = _members(list(dataset.fields)) | {"revision": revision}
    return _model(
        f"Stored{class_name(dataset)}Record",
        f"{dataset.zh}: {dataset.en}, as stored.",
        f"{dataset.zh}（已存储）",
        members,
    )


@cache
def key_model(dataset: Dataset) -> type[BaseModel]:
    """Return the model of a key: all its fields."""
    members = _members([dataset.by_name[name] for name in dataset.key], required=True)
    return _model(f"{class_name(dataset)}Key", f"Key of a record: {dataset.en}.", f"记录的键：{dataset.zh}", members)


def filter_model(dataset: Dataset, limit: Any, cursor: Any) -> type[BaseModel]:
    """Return the model of a list's query: fields of the key, a revision, the page."""
    members = _members([dataset.by_name[name] for name in dataset.key], required=False)
    as_of = Annotated[
        int | None, Described(ge=0, le=2**63 - 1, description="Revision to read at; the newest if left out")
    ]
    page = {"as_of": (as_of, None), "limit": (limit, 100), "cursor": (cursor, None)}
    return _model(f"{class_name(dataset)}Filter", "What to list.", "列出哪些", members | page)


def view(dataset: Dataset) -> DatasetView:
    """Return the dataset as the catalogue shows it."""
    return DatasetView(
        name=dataset.name,
        title=Titles(zh_cn=dataset.zh, en=dataset.en),
        key=list(dataset.key),
        owners=list(dataset.owners),
        owned_through=dataset.parent or None,
        confirmation=dataset.confirmation,
        fields=[
            FieldView(
                name=item.name,
                kind=item.kind.value,
                title=Titles(zh_cn=item.zh, en=item.en),
                unit=item.unit,
                optional=item.optional,
                in_key=item.name in dataset.key,
                minimum=item.minimum,
                maximum=item.maximum,
                choices={code: Titles(zh_cn=zh, en=en) for code, (zh, en) in item.choices.items()},
                sensitive=item.sensitive,
                headings=list(item.headings),
            )
            for item in dataset.fields
        ],
        json_schema={
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **record_model(dataset).model_json_schema(),
        },
    )
