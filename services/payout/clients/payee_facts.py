"""What the registry says of payees and projects, for checks before payment. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Account(NamedTuple):
    """A payee's account; `number` is whole, and is never kept or shown."""

    holder: str
    bank_code: str
    number: str
    revision: int


class Sanction(NamedTuple):
    """Serious dishonesty on record, in force today."""

    since: date
    revision: int


class Support(NamedTuple):
    """Public money of another programme for the same matter."""

    programme: str
    level: str
    amount_fen: int
    revision: int


@dataclass(frozen=True)
class PayeeFacts:
    """What the registry says today, at `revision`, of the payees and projects of some orders."""

    revision: int
    accounts: Mapping[str, Account] = field(default_factory=dict)
    users: Mapping[tuple[str, str], Collection[str]] = field(default_factory=dict)
    """(bank code, number) → the enterprises that have this account."""
    registered: Collection[str] = ()
    dishonest: Mapping[str, Sequence[Sanction]] = field(default_factory=dict)
    support: Mapping[tuple[str, str, int], Sequence[Support]] = field(default_factory=dict)
    """(award, subject, award year) → money of other programmes."""
