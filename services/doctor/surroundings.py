"""The identity provider, its clock, and the disk of this machine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from services.doctor.clocks import compare
from services.doctor.domain import Finding, Part, fine, lacking
from shared.clock import Clock
from shared.process_settings import ProcessSettings, trusted_authorities

ANSWER_SECONDS = 5
LEAST_FREE_BYTES = 512 * 1024 * 1024
CURVE = "P-256"
"""The curve of ES256, with which tokens are signed (`shared/web/auth.py`)."""


def examine_identity_provider(settings: ProcessSettings, clock: Clock) -> Iterator[Finding]:
    """Yield what is found of the keys that tokens are verified with, and of the clock of who publishes them."""
    url = settings.token_jwks_url
    asked_at = clock.now()
    try:
        answer = httpx.get(url, timeout=ANSWER_SECONDS, verify=trusted_authorities(settings)).raise_for_status()
        answered_at = clock.now()
        keys = KeySet.import_key_set(answer.json()).keys
    except httpx.HTTPError as error:
        yield lacking(
            Part.IDENTITY_PROVIDER,
            "The identity provider does not give its keys at {url} ({reason}): start it, or correct TOKEN_JWKS_URL.",
            url=url,
            reason=_reason(error),
        )
        return
    except (ValueError, TypeError, KeyError, JoseError):
        yield lacking(
            Part.IDENTITY_PROVIDER, "What is at {url} is no key set (RFC 7517): correct TOKEN_JWKS_URL.", url=url
        )
        return
    if any(isinstance(key, ECKey) and key.curve_name == CURVE for key in keys):
        yield fine(Part.IDENTITY_PROVIDER, "The identity provider gives keys for ES256.")
    else:
        yield lacking(
            Part.IDENTITY_PROVIDER,
            "None of the keys at {url} is for ES256 (curve P-256), the only algorithm that is accepted: let the identity"
            " provider sign with it.",
            url=url,
        )
    if "Date" in answer.headers:
        yield from compare(
            parsedate_to_datetime(answer.headers["Date"]),
            asked_at,
            answered_at,
            "The clock of the identity provider differs from this machine's by {seconds} seconds: let NTP set both.",
        )


def _reason(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    return str(error) or type(error).__name__


def examine_disk(folder: str | None = None) -> Iterator[Finding]:
    """Yield what is found of `folder`, by default that for temporary files, in which uploads and papers are worked on."""
    try:
        folder = folder or tempfile.gettempdir()
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        yield lacking(
            Part.DISK,
            "Temporary files cannot be written in {folder} ({reason}): correct its permissions, or set TMPDIR to another folder.",
            folder=folder or "TMPDIR",
            reason=error.strerror,
        )
        return
    if free < LEAST_FREE_BYTES:
        yield lacking(
            Part.DISK,
            "Less than 512 MiB are free for temporary files in {folder}: free some space, or set TMPDIR to another folder.",
            folder=folder,
        )
    else:
        yield fine(Part.DISK, "There is room for temporary files in {folder}.", folder=folder)
