"""What an examination finds: of one part of the surroundings, one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from shared.errors import DomainError
from shared.i18n import N_


class State(StrEnum):
    """Whether a part is as it must be."""

    FINE = "fine"
    NOTED = "noted"
    """It could not be looked at, or will be as it must be later."""
    LACKING = "lacking"


class Part(StrEnum):
    """What surrounds the services."""

    DATABASE = "database"
    BROKER = "broker"
    CLOCK = "clock"
    IDENTITY_PROVIDER = "identity_provider"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a part; `parameters` fill the placeholders of `message`, a message of the catalogue."""

    part: Part
    state: State
    message: str
    parameters: Mapping[str, Any]


def fine(part: Part, message: str, /, **parameters: object) -> Finding:
    """Return that a part is as it must be."""
    return Finding(part, State.FINE, message, parameters)


def noted(part: Part, message: str, /, **parameters: object) -> Finding:
    """Return what is to be known of a part that lacks nothing yet."""
    return Finding(part, State.NOTED, message, parameters)


def lacking(part: Part, message: str, /, **parameters: object) -> Finding:
    """Return what a part lacks."""
    return Finding(part, State.LACKING, message, parameters)


class NotReady(DomainError):
    """What surrounds a service lacks something; the first finding says what."""

    code = "not-ready"
    title = N_("Something that the service needs is lacking")

    @classmethod
    def because(cls, found: Finding) -> Self:
        """Return the error that says what was found."""
        return cls(found.message, **found.parameters)
