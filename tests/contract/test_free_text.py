"""What people write freely in a request: of bounded length, and no number of an account is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from tests.contract.test_authorization import apps

FREE = {"reason", "bank_reason", "statement", "stated"}
"""Members of requests in which people write sentences."""
ACCOUNT = "6222021234567890123"


def routes(router: Any) -> Iterator[APIRoute]:
    """Yield the routes of an app, those of routers in it included."""
    for each in router.routes:
        if isinstance(each, APIRoute):
            yield each
        elif hasattr(each, "original_router"):
            yield from routes(each.original_router)


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for part in get_args(annotation):
        yield from models(part)


def free_fields(app: FastAPI) -> Iterator[tuple[str, FieldInfo]]:
    """Yield what people write freely in the requests of an app, by a name for it."""
    for route in routes(app):
        for parameter in route.dependant.body_params:
            for model in models(parameter.field_info.annotation):
                yield from (
                    (f"{model.__name__}.{name}", field) for name, field in model.model_fields.items() if name in FREE
                )


FIELDS = {name: field for app in apps().values() for name, field in free_fields(app)}


def test_the_fields_are_found() -> None:
    assert len(FIELDS) > 10


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_an_account_number_is_struck_and_the_length_is_bounded(name: str) -> None:
    field = FIELDS[name]
    read: Callable[[str], object] = TypeAdapter(Annotated[field.annotation, *field.metadata, "free"]).validate_python  # type: ignore[arg-type]
    assert ACCOUNT not in str(read(f"付至 {ACCOUNT}，已核对"))
    with pytest.raises(ValidationError):
        read("字" * 5_000)
