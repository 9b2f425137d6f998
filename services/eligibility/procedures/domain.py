"""What a procedure says, checked against its policy, and the steps that it requires of a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from services.eligibility.decisions.domain import CONFIRMATION, DISTRICT, review_step
from services.eligibility.decisions.proposals import RequiredStep
from services.eligibility.rules.canonical import canonical_json, sha256
from services.eligibility.rules.domain import Policy
from shared.errors import FieldError, Invalid
from shared.working_days import last_working_day

REVIEW = "review"
TERMS = (REVIEW, "notice", "notice_end", "objection", "approval", "flagged_approval", "suspended", "refusal")
"""Kinds of tasks whose term a procedure may set; that of confirmations is its own."""


class Silence(StrEnum):
    """What it means if a payee does not answer in time."""

    WAITS = "waits"
    DECLINES = "declines"


class LaterInstalments(StrEnum):
    """Whether an instalment after the first is paid without more, or once an officer has confirmed that the project operates."""

    AUTOMATIC = "automatic"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether a payee confirms that it wants the award, within how many working days, and what its silence means."""

    required: bool
    working_days: int
    silence: Silence


@dataclass(frozen=True, slots=True)
class Review:
    """Who reviews (a department's code, or `district`), and which awards; None: all."""

    reviewer: str
    awards: Sequence[str] | None = None


@dataclass(frozen=True)
class Procedure:
    """An official procedure. `notice_working_days`: None leaves the length of notices to the setting."""

    confirmation: Confirmation
    reviews: Sequence[Review] = ()
    notice_working_days: int | None = None
    later_instalments: LaterInstalments = LaterInstalments.AUTOMATIC
    terms: Mapping[str, int] = field(default_factory=dict)
    """Working days within which tasks are to be done, by kind; a setting holds for the others."""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Procedure:
        """Return the procedure of a stored document."""
        return cls(
            Confirmation(**{**document["confirmation"], "silence": Silence(document["confirmation"]["silence"])}),
            tuple(Review(**review) for review in document["reviews"]),
            document["notice_working_days"],
            LaterInstalments(document["later_instalments"]),
            document.get("terms", {}),
        )

    @cached_property
    def document(self) -> bytes:
        """The procedure as canonical JSON, stored once under its hash."""
        return canonical_json(asdict(self))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of `document`."""
        return sha256(self.document)

    def term(self, kind: str) -> int | None:
        """Return the working days for tasks of a kind; None if it does not say."""
        return self.confirmation.working_days if kind == CONFIRMATION else self.terms.get(kind)

    def steps(self, proposed_on: date) -> list[RequiredStep]:
        """Return the steps that it requires of proposals of `proposed_on`, in its order."""
        found = []
        if self.confirmation.required:
            due_on = last_working_day(proposed_on, self.confirmation.working_days)
            found.append(RequiredStep(CONFIRMATION, None, due_on))
        term = self.terms.get(REVIEW)
        reviewed_on = None if term is None else last_working_day(proposed_on, term)
        return found + [RequiredStep(review_step(each.reviewer), each.awards, reviewed_on) for each in self.reviews]


def check(procedure: Procedure, policy: Policy) -> None:
    """Raise Invalid for a reviewer who is named twice or unknown, or an award that the policy does not have."""
    if errors := list(_mistakes(procedure, policy)):
        raise Invalid(errors=errors)


def _mistakes(procedure: Procedure, policy: Policy) -> Iterator[FieldError]:
    reviewers = [*policy.offices.departments, DISTRICT]
    awards = [award.code for award in policy.awards]
    named = [review.reviewer for review in procedure.reviews]
    for place, review in enumerate(procedure.reviews):
        pointer = f"/reviews/{place}"
        if review.reviewer not in reviewers:
            known = ", ".join(reviewers)
            message = "There is no such reviewer. Reviewers: {known}."
            yield FieldError(f"{pointer}/reviewer", "reviewer", message, known=known)
        elif review.reviewer in named[:place]:
            yield FieldError(f"{pointer}/reviewer", "twice", "A reviewer is named once.")
        for number, award in enumerate(review.awards or ()):
            if award not in awards:
                message = "There is no such award. Awards: {known}."
                yield FieldError(f"{pointer}/awards/{number}", "award", message, known=", ".join(awards))
