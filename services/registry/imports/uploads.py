"""Receive a request's body into a file, hashed and timed while it streams; the app limits its size."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator

from fastapi import Request

from services.registry.imports.domain import MEDIA_TYPES, Upload
from services.registry.settings import Settings
from shared import spreadsheets
from shared.errors import Invalid, TooSlow, Unavailable
from shared.files.workbooks import is_workbook
from shared.i18n import N_
from shared.media_types import BYTES, CSV, FILE_TYPES, NDJSON, XLSX


class UploadTooSlow(TooSlow):
    """The upload took too long."""

    code = "upload-too-slow"
    title = N_("The upload took too long")


async def receive(request: Request) -> AsyncIterator[Upload]:
    """Receive the body into a temporary file that ends with the request.

    Raises UploadTooSlow, UnsupportedMediaType, Unavailable without room for it, and Invalid for an empty body.
    """
    settings: Settings = request.app.state.settings
    kind = spreadsheets.declared_format(request.headers.get("content-type"), (*MEDIA_TYPES, *FILE_TYPES))
    content = hashlib.sha256()
    asked = hashlib.sha256(f"{request.url.path}?{request.url.query}\x1f{kind}\x1f".encode())
    size = 0
    with tempfile.TemporaryFile() as file:
        try:
            async with asyncio.timeout(settings.upload_max_seconds):
                async for piece in request.stream():
                    size += len(piece)
                    content.update(piece)
                    await asyncio.to_thread(file.write, piece)
        except TimeoutError as error:
            raise UploadTooSlow("An upload may take {limit:g} seconds.", limit=settings.upload_max_seconds) from error
        except OSError as error:
            raise Unavailable("There is no room for the file at the moment.") from error
        if size == 0:
            raise Invalid("The body is empty: send the file itself as the body.")
        file.seek(0)
        media_type = _found_to_be(kind, file.read(spreadsheets.START_BYTES))
        file.seek(0)
        asked.update(content.digest())
        yield Upload(file, media_type, size, content.hexdigest(), asked.hexdigest())


def _found_to_be(declared: str, start: bytes) -> str:
    """Return what a file is by its beginning: browsers declare CSV as a workbook, and officers rename files."""
    if is_workbook(start):
        return XLSX
    is_record = start.removeprefix(spreadsheets.BOM).lstrip().startswith(b"{")
    return NDJSON if declared == NDJSON or (declared == BYTES and is_record) else CSV
