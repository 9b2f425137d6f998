"""The rooms of the desk, as its menu shows them to a person. The menu is a convenience: the services say what is allowed."""

from __future__ import annotations

from collections.abc import Iterator

from services.desk.session import Person
from shared.authorization import Scope
from shared.i18n import N_

_ROOMS: tuple[tuple[str, str, frozenset[Scope]], ...] = (
    ("/", N_("Inbox"), frozenset()),
    ("/own", N_("My enterprise"), frozenset({Scope.OWN_READ})),
    ("/imports", N_("Import"), frozenset({Scope.FACTS_WRITE, Scope.ACCOUNTS_CONFIRM, Scope.REFERENCE_CONFIRM})),
    ("/enterprises", N_("Enterprises"), frozenset({Scope.FACTS_READ})),
    ("/decisions", N_("Decisions"), frozenset({Scope.DECISIONS_READ})),
    ("/rounds", N_("Rounds"), frozenset({Scope.DECISIONS_READ})),
    ("/notices", N_("Notices"), frozenset({Scope.NOTICES_READ})),
    ("/money", N_("Money"), frozenset({Scope.MONEY_READ})),
    ("/what-if", N_("What if"), frozenset({Scope.SIMULATIONS_WRITE})),
    ("/rules", N_("Rules"), frozenset({Scope.EVALUATIONS_READ})),
    ("/audit", N_("Audit"), frozenset({Scope.AUDIT_READ})),
)
"""Each room's path, title, and the scopes of which one is needed to see anything in it."""


_BEGINNINGS: tuple[tuple[str, str, Scope], ...] = (
    ("/own", N_("See your awards, your payments and what is missing"), Scope.OWN_READ),
    ("/imports", N_("Import a file of data"), Scope.FACTS_WRITE),
    ("/rounds", N_("Open a round, evaluate for it, put it into a notice"), Scope.EVALUATIONS_WRITE),
    ("/what-if", N_("Simulate what another fact or figure would change"), Scope.SIMULATIONS_WRITE),
    ("/appropriations", N_("Draft an appropriation"), Scope.APPROPRIATIONS_WRITE),
    ("/payment-batches", N_("Build a payment batch, enter the answer of the bank"), Scope.BATCHES_WRITE),
    ("/audit", N_("See who did what"), Scope.AUDIT_READ),
)
"""What people begin by themselves, and where: for whoever has the scope."""


def beginnings(person: Person) -> Iterator[tuple[str, str]]:
    """Yield the path and the title of what a person may begin though nothing waits."""
    return ((path, title) for path, title, scope in _BEGINNINGS if scope in person.scopes)


def rooms(person: Person) -> Iterator[tuple[str, str]]:
    """Yield the path and title of each room that may concern a person."""
    for path, title, scopes in _ROOMS:
        if not scopes or person.scopes & scopes:
            yield path, title
