"""`award.decided` on `award-decisions.v1`, key: award_id. States the whole entitlement."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator

from shared.days import AnyDay
from shared.events.base import EventData
from shared.money import MAX_FEN
from shared.policies import FIRST_POLICY, CoveredJurisdiction

TYPE = "award.decided"
MAX_VERSIONS_AHEAD = 1_000
"""How far a version may be above the highest known one: a higher one shuts out all that follow, so only a stolen key signs it."""


class Reason(StrEnum):
    """Why a version was decided."""

    INITIAL = "initial"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    OBJECTION = "objection"


class Payee(EventData):
    """The enterprise that is paid."""

    uscc: str = Field(description="Unified social credit code")
    name: str = Field(description="Registered name when the decision was made")


class Instalment(EventData):
    """A part of the entitlement and the year from which it may be paid."""

    due_year: int = Field(ge=2020, le=2100)
    amount_fen: int = Field(ge=1, le=MAX_FEN)


class Receipt(EventData):
    """What the decision was computed from."""

    facts_revision: int = Field(ge=0, description="Revision of the registry")
    policy_hash: str = Field(description="SHA-256 of the policy book")
    interpretations_hash: str = Field(description="SHA-256 of the readings")
    engine_version: str


class AwardDecided(EventData):
    """A version of an award is in force: this is the whole entitlement now, not a change of it."""

    TYPES = (TYPE,)

    award_id: UUID = Field(description="UUIDv5 of the award's identity, the same for every version")
    version: int = Field(ge=1, le=2**31 - 1, description="1, 2, … without gaps; the highest is in force")
    policy: str = Field(examples=[FIRST_POLICY])
    award: str = Field(description="Code of the award", examples=["courier-rent"])
    article: str = Field(description="Article of the policy", examples=["4"])
    subject: str = Field(description="Key of what the award is about")
    award_year: int = Field(ge=2000, le=2100)
    payee: Payee
    jurisdiction: CoveredJurisdiction
    kind: Literal["cash", "in_kind"]
    result: Literal["granted", "withdrawn"]
    entitlement_fen: int = Field(
        ge=0, le=MAX_FEN, description="The whole entitlement now, fen; 0 when withdrawn or in kind"
    )
    instalments: list[Instalment] = Field(
        description="Parts that add up to the entitlement, in order; empty when it is 0"
    )
    decided_on: AnyDay
    first_decided_on: AnyDay = Field(
        description="Day of version 1: arrangement, due years and place in the queue follow it"
    )
    reason: Reason
    receipt: Receipt
    later_instalments: Literal["confirmed"] | None = Field(
        default=None,
        description="`confirmed`: instalments after the first wait until an officer confirms that the project still operates;"
        " left out where they do not",
    )

    @model_validator(mode="after")
    def _adds_up(self) -> AwardDecided:
        if sum(part.amount_fen for part in self.instalments) != self.entitlement_fen:
            raise ValueError("the instalments do not add up to the entitlement")
        if self.result == "withdrawn" and self.entitlement_fen != 0:
            raise ValueError("a withdrawn award has an entitlement of 0")
        if self.kind == "in_kind" and self.entitlement_fen != 0:
            raise ValueError("an award in kind has an entitlement of 0")
        if self.decided_on < self.first_decided_on:
            raise ValueError("decided_on is before first_decided_on")
        return self
