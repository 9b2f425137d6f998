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


def rooms(person: Person) -> Iterator[tuple[str, str]]:
    """Yield the path and title of each room that may concern a person."""
    for path, title, scopes in _ROOMS:
        if not scopes or person.scopes & scopes:
            yield path, title
