"""Values of ISO 20022 messages: order ids, amounts, days. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from uuid import UUID

from shared.clock import calendar_date

CURRENCY = "CNY"
_OWN_ID = re.compile(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")
_AMOUNT = re.compile(r"\+?([0-9]*)(?:\.([0-9]*))?")


def end_to_end_id(order_id: str) -> str:
    """Return the EndToEndId of an order, which has room for 35 characters: its id without hyphens."""
    return order_id.replace("-", "")


def order_id_of(end_to_end: str | None) -> str | None:
    """Return the order that an EndToEndId names, with or without hyphens; None for another's: ours are UUIDs of version 7."""
    plain = (end_to_end or "").replace("-", "").lower()
    return str(UUID(plain)) if _OWN_ID.fullmatch(plain) else None


def fen_of(amount: str) -> int | None:
    """Return an amount in fen; None if it has a part of a fen."""
    matched = _AMOUNT.fullmatch(amount)
    yuan, part = (matched[1] or "0", (matched[2] or "").rstrip("0")) if matched else ("", "???")
    return int(yuan) * 100 + int(part.ljust(2, "0")) if len(part) <= 2 else None


def day_of(text: str) -> date | None:
    """Return the day in China of a date or an instant; an instant without a time zone is the bank's, which is China's."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        try:
            return date.fromisoformat(text[:10])  # a date may have a time zone behind it
        except ValueError:
            return None
    return instant.date() if instant.tzinfo is None else calendar_date(instant)
