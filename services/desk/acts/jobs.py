"""Jobs that a person starts from a page: how far they are, and where their result is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.i18n import N_


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: how it is called, which operation tells how far it is, which page shows its result, what it counts."""

    title: str
    service: str
    operation: str
    then: str
    unit: str


JOBS: Mapping[str, JobKind] = {
    "import": JobKind(N_("Import of a file"), "registry", "get_import", "/imports/{id}", N_("{percent} % read")),
    "evaluation": JobKind(
        N_("Evaluation"), "eligibility", "get_evaluation", "/evaluations/{id}", N_("step {done} of {total}")
    ),
    "approval": JobKind(
        N_("Approval of decisions"), "eligibility", "get_approval", "", N_("{done} of {total} decisions")
    ),
    "review": JobKind(N_("Review of decisions"), "eligibility", "get_review", "", N_("{done} of {total} decisions")),
    "simulation": JobKind(
        N_("Simulation"), "eligibility", "get_simulation", "/simulations/{id}", N_("step {done} of {total}")
    ),
    "letters": JobKind(
        N_("Letters"), "eligibility", "get_letter_batch", "/letter-batches/{id}", N_("{done} of {total} letters")
    ),
    "order-approval": JobKind(
        N_("Approval of payment orders"),
        "payout",
        "get_payment_order_approval",
        "",
        N_("{done} of {total} payment orders"),
    ),
}
"""By the name that a job's address has."""

_GROUPS = ("round_id", "evaluation_id", "notice_id")
_LISTED = {
    "flagged": "waiting_for=approval",
    "own": "waiting_for=approval",
    "not_confirmed": "waiting_for=confirmation",
    "not_noticed": "waiting_for=notice",
    "suspended": "state=suspended",
    "objected": "state=suspended",
}
"""Filters of decisions that show what a bulk act left out, by reason; other reasons have no list."""


def list_of_skipped(job: Mapping[str, Any], reason: str) -> str:
    """Return the page that lists what a bulk act left out for a reason; empty if there is none."""
    group = next((f"{name}={job[name]}" for name in _GROUPS if job.get(name)), "")
    return f"/decisions?{group}&{_LISTED[reason]}" if group and reason in _LISTED else ""
