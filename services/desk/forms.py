"""Forms that are sent to the desk: bounded in size, time and fields."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.datastructures import FormData

from shared.errors import TooLarge
from shared.web.bodies import BodyLimit, bounded

MAX_FIELDS = 2_000
MAX_FORM_BYTES = 1 << 20
"""The largest form without a file, and the largest of whoever is not signed in."""
FORM_SECONDS = 30.0


@asynccontextmanager
async def form_of(
    request: Request, *, max_bytes: int = MAX_FORM_BYTES, seconds: float = FORM_SECONDS
) -> AsyncIterator[FormData]:
    """Give the form of a request; its files are closed at the end. Raises TooLarge, TooSlow."""
    limit = BodyLimit(request.url.path, max_bytes, seconds=seconds)
    try:
        async with Request(request.scope, bounded(request.receive, limit)).form(max_fields=MAX_FIELDS) as form:
            yield form
    except TooLarge:
        await _read_on(request, max_bytes)
        raise


async def _read_on(request: Request, most: int) -> None:
    """Take what is still sent, up to as much again: a browser shows no answer before it has sent everything."""
    taken = 0
    while taken < most and (message := await request.receive())["type"] == "http.request":
        taken += len(message.get("body", b""))
        if not message.get("more_body"):
            return


def text_of(form: FormData, name: str) -> str:
    """Return the text of a field; empty for none, and for a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""
