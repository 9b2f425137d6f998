"""Account numbers at rest: AES-SIV (RFC 5297), the same text for the same number, so that equal rows stay equal."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from shared.free_text import masked

KEY_BYTES = (32, 48, 64)
_CONTEXT = [b"registry account number v1"]


class AccountKeyError(ValueError):
    """The key of the account numbers cannot be used."""


class AccountCipher:
    """Seals and opens account numbers."""

    def __init__(self, key: str) -> None:
        """Take the key in base64; raises AccountKeyError unless it has 32, 48 or 64 bytes."""
        try:
            raw = base64.b64decode(key, validate=True)
        except binascii.Error as error:
            raise AccountKeyError("it is not base64") from error
        if len(raw) not in KEY_BYTES:
            raise AccountKeyError("it must hold 64 bytes in base64 (32 and 48 are accepted)")
        self._cipher = AESSIV(raw)

    def seal(self, number: str) -> str:
        """Encrypt an account number."""
        return base64.b64encode(self._cipher.encrypt(number.encode(), _CONTEXT)).decode()

    def open(self, sealed: str) -> str:
        """Decrypt an account number; raises AccountKeyError if it was sealed under another key."""
        try:
            return self._cipher.decrypt(base64.b64decode(sealed), _CONTEXT).decode()
        except InvalidTag as error:
            raise AccountKeyError("an account number was sealed under another REGISTRY_ACCOUNT_KEY") from error

    def seal_bytes(self, data: bytes) -> bytes:
        """Encrypt a piece of a file that may hold account numbers."""
        return self._cipher.encrypt(data, _CONTEXT)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt a piece of a file."""
        return self._cipher.decrypt(sealed, _CONTEXT)

    def show(self, sealed: str | None, *, whole: bool) -> str | None:
        """Return the account number, or asterisks and its last four characters."""
        if sealed is None:
            return None
        number = self.open(sealed)
        return number if whole else masked(number)

    def seal_columns(self, frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        """Encrypt the text `columns` of `frame`."""
        return frame.with_columns(
            pl.Series(name, [None if v is None else self.seal(v) for v in frame.get_column(name)], dtype=pl.String)
            for name in columns
        )

    def show_columns(self, frame: pl.DataFrame, columns: Sequence[str], *, whole: bool) -> pl.DataFrame:
        """Decrypt the text `columns` of `frame`, whole or masked."""
        return frame.with_columns(
            pl.Series(name, [self.show(v, whole=whole) for v in frame.get_column(name)], dtype=pl.String)
            for name in columns
        )
