"""Answers that are pages for people."""

from __future__ import annotations

from fastapi import Response

from shared.media_types import HTML

SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The Content-Security-Policy that pages are served with."""


def page_response(page: str, language: str) -> Response:
    """Return a page in HTML, which loads nothing and runs nothing."""
    return Response(page, 200, {"Content-Language": language, "Content-Security-Policy": SECURITY_POLICY}, HTML)
