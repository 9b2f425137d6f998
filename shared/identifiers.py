"""Identifiers: unified social credit codes, award identities, time-ordered row ids."""

from __future__ import annotations

import os
import re
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid5

from stdnum.cn import uscc as uscc_standard

_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")

AWARD_NAMESPACE = UUID("6f0d1f2e-8a34-5c0b-9c57-2d1a4e9b7c10")


@lru_cache(maxsize=65_536)
def is_uscc(code: str) -> bool:
    """Tell whether `code` is a valid unified social credit code (GB 32100-2015) in upper case, check digit included.

    The standard lets the first two characters, registering department and kind of body, be letters (`N2…` for rural
    collectives); python-stdnum's own check of the shape does not, so only its check digit is used.
    """
    return bool(_USCC.fullmatch(code)) and uscc_standard.calc_check_digit(code[:-1]) == code[-1]


def award_id(policy: str, award: str, subject: str, award_year: int | None) -> UUID:
    """Return the identity of an award: the same for every version of it.

    `award_year` is part of the identity of a yearly award and None for an award given once per subject.
    """
    parts = [policy, award, subject] if award_year is None else [policy, award, subject, str(award_year)]
    return uuid5(AWARD_NAMESPACE, "\x1f".join(parts))


def event_id(kind: str, *parts: object) -> UUID:
    """Return the id of an event from what it tells: telling the same thing again bears the same id."""
    return uuid5(AWARD_NAMESPACE, "\x1f".join([kind, *map(str, parts)]))


def new_id(now: datetime) -> UUID:
    """Return a fresh, time-ordered id (UUID version 7, RFC 9562)."""
    milliseconds = int(now.timestamp() * 1000)
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80 | random & (2**80 - 1)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
