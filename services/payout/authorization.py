"""What a caller who is tied to a jurisdiction may see and touch."""

from __future__ import annotations

from shared.web.auth import Actor
from shared.web.problems import FORBIDDEN, Problem


def whole_city(actor: Actor) -> None:
    """Refuse a caller who is tied to one jurisdiction: what is asked for concerns all of them."""
    if actor.jurisdiction is not None:
        raise Problem(FORBIDDEN, "This concerns all jurisdictions; the token is tied to one.")


def own_unit(actor: Actor, unit: str) -> None:
    """Refuse a caller who is tied to another jurisdiction than that of the budget `unit`, which bears the same name."""
    if actor.jurisdiction not in (None, unit):
        raise Problem(FORBIDDEN, "The token is tied to another jurisdiction.")
