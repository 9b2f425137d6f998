"""What a caller who is tied to a jurisdiction may see and touch."""

from __future__ import annotations

from shared.authorization import Actor
from shared.errors import Forbidden


def whole_city(actor: Actor) -> None:
    """Refuse a caller who is tied to one jurisdiction: what is asked for concerns all of them."""
    if actor.jurisdiction is not None:
        raise Forbidden("This concerns all jurisdictions; the token is tied to one.")


def own_unit(actor: Actor, unit: str) -> None:
    """Refuse a caller who is tied to another jurisdiction than that of the budget `unit`, which bears the same name."""
    if actor.jurisdiction not in (None, unit):
        raise Forbidden("The token is tied to another jurisdiction.")
