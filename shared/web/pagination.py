"""Keyset pages: `{items, next_cursor}`. A cursor is opaque, and good for the list that gave it."""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import DomainError, FieldError, Invalid

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=1_000, description="Items on the page")]
Cursor = Annotated[str | None, Query(max_length=2_000, description="`next_cursor` of the page before")]


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(json_schema_extra={"description": "One page of a list."})

    items: list[Item]
    next_cursor: str | None = Field(description="Give it back as `cursor` for the next page; null at the end")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name a page after what is on it: `DecisionPage`."""
        return f"{params[0].__name__}Page"


def encode_cursor(*key: object) -> str:
    """Write the sort key of a page's last item as a cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type) -> list[Any] | None:
    """Read a cursor back as a sort key of values of `kinds` (int, str, UUID or date); None if there is none.

    Raises Problem if it is no cursor of ours.
    """
    if not cursor:
        return None
    try:
        key = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise _not_a_cursor() from error
    if not isinstance(key, list) or len(key) != len(kinds):
        raise _not_a_cursor()
    return [_value(kind, each) for kind, each in zip(kinds, key, strict=True)]


def decode_id(cursor: str | None) -> UUID | None:
    """Read back a cursor of a list that is sorted by id; None if there is none. Raises Problem if it is no cursor of ours."""
    key = decode_cursor(cursor, UUID)
    return key[0] if key else None


def _value(kind: type, value: Any) -> Any:
    """Return one value of a key, such that it can be compared with the column of that kind."""
    if kind is int and type(value) is int and abs(value) < 2**63:
        return value
    if kind is not int and isinstance(value, str) and "\0" not in value:
        with suppress(ValueError):
            return value if kind is str else UUID(value) if kind is UUID else date.fromisoformat(value)
    raise _not_a_cursor()


def _not_a_cursor() -> DomainError:
    return Invalid(
        "Take the cursor from `next_cursor` of this list's last page, or leave it out.",
        errors=[FieldError("cursor", "cursor", "not a cursor of this list")],
    )


def page(rows: list[dict[str, Any]], limit: int, *key: str) -> dict[str, Any]:
    """Make a page of `rows`, of which one more than `limit` was read; `key` names the members that the list is sorted by."""
    items = rows[:limit]
    more = len(rows) > limit
    return {"items": items, "next_cursor": encode_cursor(*(items[-1][name] for name in key)) if more else None}
