"""Keyset pages: `{items, next_cursor}`. A cursor is opaque and valid for the list that it came from."""

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

Limit = Annotated[int, Query(ge=1, le=1_000, description="Most items on the page")]
Cursor = Annotated[str | None, Query(max_length=2_000, description="`next_cursor` of the previous page")]


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(json_schema_extra={"description": "One page of a list."})

    items: list[Item]
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page; null on the last page")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Return the name of the schema, after its items: `DecisionPage`."""
        return f"{params[0].__name__}Page"


def encode_cursor(*key: object) -> str:
    """Return the sort key of a page's last item as a cursor."""
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type) -> list[Any] | None:
    """Return the sort key in a cursor, values of `kinds` (int, str, UUID or date); None without a cursor.

    Raises Invalid for anything but a cursor of such a list.
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
    """Return the id in a cursor of a list that is sorted by id; None without a cursor. Raises Invalid."""
    key = decode_cursor(cursor, UUID)
    return key[0] if key else None


def _value(kind: type, value: Any) -> Any:
    """Return one value of a key, of the kind that its column has."""
    if kind is int and type(value) is int and abs(value) < 2**63:
        return value
    if kind is not int and isinstance(value, str) and "\0" not in value:
        with suppress(ValueError):
            return value if kind is str else UUID(value) if kind is UUID else date.fromisoformat(value)
    raise _not_a_cursor()


def _not_a_cursor() -> DomainError:
    return Invalid(
        "The cursor must be the `next_cursor` of a page of this list, or left out.",
        errors=[FieldError("cursor", "cursor", "Not a cursor of this list.")],
    )


def page(rows: list[dict[str, Any]], limit: int, *key: str) -> dict[str, Any]:
    """Return a page of `rows`, read with one more than `limit`; `key` names the members that the list is sorted by."""
    items = rows[:limit]
    more = len(rows) > limit
    return {"items": items, "next_cursor": encode_cursor(*(items[-1][name] for name in key)) if more else None}
