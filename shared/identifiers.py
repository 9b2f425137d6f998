"""Identifiers: unified social credit codes, award identities, time-ordered row ids."""

from __future__ import annotations

import os
import re
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid5

import polars as pl
from stdnum.cn import uscc

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SHAPE = f"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}"
_DIGITS = pl.Series([max(_ALPHABET.find(chr(byte)), 0) for byte in range(256)], dtype=pl.Int64)
"""The value of each character, by its byte."""
_LENGTH = 18
_WEIGHTS = pl.Series([[*(pow(3, place, 31) for place in range(_LENGTH - 1)), 1]], dtype=pl.Array(pl.Int64, _LENGTH))
"""What each place counts: with its check digit, a code's sum is a multiple of 31."""

AWARD_NAMESPACE = UUID("6f0d1f2e-8a34-5c0b-9c57-2d1a4e9b7c10")


@lru_cache(maxsize=65_536)
def is_uscc(code: str) -> bool:
    """Return whether `code` is a valid unified social credit code (GB 32100-2015) in upper case, check digit included.

    The standard lets the first two characters, registering department and kind of body, be letters (`N2…` for rural
    collectives); python-stdnum's own check of the shape does not, so only its check digit is used.
    """
    return re.fullmatch(_SHAPE, code) is not None and uscc.calc_check_digit(code[:-1]) == code[-1]


def are_uscc(codes: pl.Series) -> pl.Series:
    """Return for each of `codes` (text) whether it is valid, as `is_uscc` does; null stays null.

    A million codes take a tenth of a second instead of fifteen.
    """
    unique = codes.drop_nulls().unique()
    shaped = unique.filter(unique.str.contains(f"^{_SHAPE}$"))
    count = shaped.len()
    if count == 0:
        return codes.is_in(shaped.implode())
    letters = shaped.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, _LENGTH)).explode()
    weighted = _DIGITS.gather(letters.cast(pl.UInt32)) * _WEIGHTS.new_from_index(0, count).explode()
    total = weighted.reshape((count, _LENGTH)).arr.sum()
    return codes.is_in(shaped.filter(total % 31 == 0).implode())


def award_id(policy: str, award: str, subject: str, award_year: int | None) -> UUID:
    """Return the identity of an award: the same for every version of it.

    `award_year` is part of the identity of a yearly award and None for an award given once per subject.
    """
    parts = [policy, award, subject] if award_year is None else [policy, award, subject, str(award_year)]
    return uuid5(AWARD_NAMESPACE, "\x1f".join(parts))


def event_id(kind: str, *parts: object) -> UUID:
    """Return the id of an event, made from its content: the same content has the same id."""
    return uuid5(AWARD_NAMESPACE, "\x1f".join([kind, *map(str, parts)]))


def new_id(now: datetime) -> UUID:
    """Return a fresh, time-ordered id (UUID version 7, RFC 9562)."""
    milliseconds = int(now.timestamp() * 1000)
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80 | random & (2**80 - 1)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
