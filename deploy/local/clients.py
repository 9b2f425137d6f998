"""The demonstration's OAuth2 clients, one for each person or service, with their scopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.authorization import Scope
from shared.catalogue.datasets import CATALOGUE
from shared.i18n import N_

_REVIEW = (Scope.FACTS_READ, Scope.EVALUATIONS_READ, Scope.DECISIONS_READ, Scope.NOTICES_READ, Scope.REVIEWS_WRITE)
_READ_ALL = (Scope.FACTS_READ, Scope.EVALUATIONS_READ, Scope.DECISIONS_READ, Scope.NOTICES_READ, Scope.MONEY_READ)


@dataclass(frozen=True)
class Client:
    """A client: its scopes, the jurisdiction that it is restricted to, and the department that it reviews for, if any.

    One `for_enterprises` asks for tokens of one enterprise each, by the parameter `uscc`.
    """

    scopes: tuple[Scope, ...]
    jurisdiction: str | None = None
    department: str | None = None
    for_enterprises: bool = False


CLIENTS: dict[str, Client] = {
    "data-platform": Client((*_READ_ALL, Scope.FACTS_WRITE)),
    "commerce-maker": Client(
        (
            *_READ_ALL,
            Scope.EVALUATIONS_WRITE,
            Scope.SIMULATIONS_WRITE,
            Scope.NOTICES_WRITE,
            Scope.OBJECTIONS_READ,
            Scope.OBJECTIONS_WRITE,
            Scope.REFUSALS_WRITE,
            Scope.CHALLENGES_WRITE,
            Scope.CONFIRMATIONS_WRITE,
            Scope.READINGS_PROPOSE,
            Scope.DECISIONS_SUSPEND,
            Scope.ACCOUNTS_CONFIRM,
        )
    ),
    "commerce-checker": Client(
        (
            *_READ_ALL,
            Scope.DECISIONS_APPROVE,
            Scope.OBJECTIONS_READ,
            Scope.OBJECTIONS_DECIDE,
            Scope.REFUSALS_ISSUE,
            Scope.READINGS_CONFIRM,
            Scope.REFERENCE_CONFIRM,
        )
    ),
    "finance-maker": Client(
        (
            *_READ_ALL,
            Scope.ARRANGEMENTS_WRITE,
            Scope.APPROPRIATIONS_WRITE,
            Scope.BATCHES_WRITE,
            Scope.HOLDS_WRITE,
            Scope.RECOVERIES_WRITE,
        )
    ),
    "finance-checker": Client(
        (
            *_READ_ALL,
            Scope.ARRANGEMENTS_CONFIRM,
            Scope.APPROPRIATIONS_CONFIRM,
            Scope.ORDERS_APPROVE,
            Scope.RECOVERIES_APPROVE,
            Scope.HOLDS_RELEASE,
        )
    ),
    "bank": Client((Scope.RESULTS_BANK,)),
    "liandu-officer": Client((*_READ_ALL, Scope.OBJECTIONS_READ, Scope.REVIEWS_WRITE), jurisdiction="liandu"),
    "zone-officer": Client(_REVIEW, jurisdiction="development_zone"),
    "statistics-officer": Client(_REVIEW, department="statistics"),
    "postal-officer": Client(_REVIEW, department="postal"),
    "auditor": Client((*_READ_ALL, Scope.OBJECTIONS_READ, Scope.AUDIT_READ, Scope.DECISIONS_REPLAY)),
    "ops": Client((Scope.METRICS_READ, Scope.DEAD_LETTERS_WRITE, Scope.EVENTS_REPUBLISH)),
    "eligibility": Client((Scope.FACTS_READ, Scope.MONEY_READ, Scope.ACCOUNTS_CONFIRM_FOR_PAYEE)),
    "payout": Client((Scope.FACTS_READ, Scope.ACCOUNTS_READ, Scope.DECISIONS_READ, Scope.EVENTS_REPUBLISH)),
    "desk": Client(()),
    "enterprise-portal": Client((Scope.OWN_READ, Scope.OWN_WRITE), for_enterprises=True),
}


PORTAL = "enterprise-portal"
"""The client whose tokens are for one enterprise each."""
PERSONS: Mapping[str, str] = {
    "commerce-maker": N_("Commerce bureau, handling officer"),
    "commerce-checker": N_("Commerce bureau, checking officer"),
    "data-platform": N_("Data officer"),
    "statistics-officer": N_("Statistics bureau"),
    "postal-officer": N_("Postal administration"),
    "liandu-officer": N_("Liandu district"),
    "zone-officer": N_("Economic and technological development zone"),
    "finance-maker": N_("Finance bureau, handling officer"),
    "finance-checker": N_("Finance bureau, checking officer"),
    "auditor": N_("Auditor"),
    "ops": N_("Operator"),
}
"""Who may sign in to the desk, beside enterprises: the clients that are persons, with what they are."""


def confirmer(dataset: str) -> str:
    """Return the client that confirms drafts of a dataset."""
    return next(name for name, client in CLIENTS.items() if CATALOGUE[dataset].confirmation in client.scopes)
