"""Keyset pages: `{items, next_cursor}`. A cursor is opaque, and good for the list that gave it."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from shared.web.problems import INVALID, FieldError, Problem

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


def decode_cursor(cursor: str | None, size: int, *kinds: type) -> list[Any] | None:
    """Read a cursor back as a sort key of `size` values, of `kinds` if they are named; None if there is none.

    Raises Problem if it is no cursor of ours.
    """
    if not cursor:
        return None
    try:
        key = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise _not_a_cursor() from error
    if not isinstance(key, list) or len(key) != size:
        raise _not_a_cursor()
    if kinds and [type(value) for value in key] != list(kinds):
        raise _not_a_cursor()
    return key


def _not_a_cursor() -> Problem:
    return Problem(
        INVALID,
        "Take the cursor from `next_cursor` of this list's last page, or leave it out.",
        errors=[FieldError("cursor", "cursor", "not a cursor of this list")],
    )


def page(rows: list[dict[str, Any]], limit: int, *key: str) -> dict[str, Any]:
    """Make a page of `rows`, of which one more than `limit` was read; `key` names the members that the list is sorted by."""
    items = rows[:limit]
    more = len(rows) > limit
    return {"items": items, "next_cursor": encode_cursor(*(items[-1][name] for name in key)) if more else None}
