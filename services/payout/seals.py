"""Seals of payment files: HMAC-SHA256 under a key that no database holds, so that nobody else can make such a file.

A seal says whose file it is, of which day, with the accounts of which revision of the registry; it covers these and the checksum
of the rows. It is one cell of text, which spreadsheets keep as it is.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from shared.days import day_of
from shared.errors import InvalidValue

MIN_KEY_BYTES = 32
SEAL = re.compile(r"([a-z][a-z0-9_]{0,59}) ([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{1,18}) ([0-9a-f]{64})")


class Sealed(NamedTuple):
    """What a seal says of its file: whose budget pays, the day of the batch, the registry's revision of the accounts."""

    unit: str
    day: date
    registry_revision: int


class Seals:
    """Seals with the first of its keys, and recognises the seals of all."""

    def __init__(self, keys: str) -> None:
        """Take one or several keys in base64 with commas between; raises InvalidValue."""
        self._keys = [_key(key) for key in keys.split(",")]

    @property
    def keys(self) -> Sequence[bytes]:
        """The keys, the one that seals first."""
        return self._keys

    def seal(self, sealed: Sealed, checksum: str) -> str:
        """Return the seal of a file whose rows have `checksum`."""
        stated = f"{sealed.unit} {sealed.day.isoformat()} {sealed.registry_revision}"
        return f"{stated} {_mac(self._keys[0], stated, checksum)}"

    def opened(self, seal: str, checksum: str) -> Sealed | None:
        """Return what `seal` says; None if it was not made with one of the keys, for rows with `checksum`."""
        stated, _, mac = seal.rpartition(" ")
        if not any(hmac.compare_digest(_mac(key, stated, checksum), mac) for key in self._keys):
            return None
        unit, day, revision = stated.split(" ")
        return Sealed(unit, day_of(day), int(revision))


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise InvalidValue("must hold keys in base64, several separated by commas") from error
    if len(key) < MIN_KEY_BYTES:
        raise InvalidValue("must hold keys of at least 32 bytes in base64")
    return key


def _mac(key: bytes, stated: str, checksum: str) -> str:
    return hmac.digest(key, f"{stated} {checksum}".encode(), "sha256").hex()
