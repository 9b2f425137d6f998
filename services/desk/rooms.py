"""The rooms of the desk, as its menu shows them to a person. The menu is a convenience: the services say what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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

_WITHIN: Mapping[str, str] = {
    **dict.fromkeys(("drafts", "datasets", "revisions", "challenges", "quality"), "/imports"),
    **dict.fromkeys(("evaluations", "refusals"), "/decisions"),
    **dict.fromkeys(("assessments", "payees"), "/enterprises"),
    "letter-batches": "/rounds",
    "objections": "/notices",
    "simulations": "/what-if",
    **dict.fromkeys(("policies", "paper-templates"), "/rules"),
    **dict.fromkeys(
        (
            "appropriations",
            "arrangements",
            "awards",
            "budgets",
            "holds",
            "ledger",
            "payment-batches",
            "payment-findings",
            "payment-orders",
            "reconciliation",
            "recoveries",
            "reports",
            "restorations",
            "result-corrections",
        ),
        "/money",
    ),
}
"""The room that a page belongs to, by the first part of its path, where that is not the room's own."""
_CLOSED = frozenset({"/rounds", "/money", "/what-if", "/audit"})
"""Rooms that would show an empty page, and other people's acts, to whoever may see nothing in them."""


_BEGINNINGS: tuple[tuple[str, str, Scope], ...] = (
    ("/own", N_("See your awards, your payments and what is missing"), Scope.OWN_READ),
    ("/imports", N_("Import a file of data"), Scope.FACTS_WRITE),
    ("/rounds", N_("Open a round, evaluate for it, put it into a notice"), Scope.EVALUATIONS_WRITE),
    ("/what-if", N_("Simulate what another fact or figure would change"), Scope.SIMULATIONS_WRITE),
    ("/arrangements", N_("Draft an arrangement: which budget bears what"), Scope.ARRANGEMENTS_WRITE),
    ("/appropriations", N_("Draft an appropriation"), Scope.APPROPRIATIONS_WRITE),
    ("/payment-batches", N_("Build a payment batch, enter the answer of the bank"), Scope.BATCHES_WRITE),
    ("/audit", N_("See who did what"), Scope.AUDIT_READ),
)
"""What people begin by themselves, and where: for whoever has the scope."""


def beginnings(person: Person) -> Iterator[tuple[str, str]]:
    """Yield the path and the title of what a person may begin though nothing waits."""
    return ((path, title) for path, title, scope in _BEGINNINGS if scope in person.scopes)


def room_of(path: str) -> str:
    """Return the room that a page belongs to, as its own path."""
    first = path.split("/")[1]
    return _WITHIN.get(first, f"/{first}")


def is_closed(person: Person, path: str) -> bool:
    """Whether a path is that of a room in which a person may see nothing."""
    return path in _CLOSED and path not in dict(rooms(person))


def rooms(person: Person) -> Iterator[tuple[str, str]]:
    """Yield the path and title of each room that may concern a person."""
    for path, title, scopes in _ROOMS:
        if not scopes or person.scopes & scopes:
            yield path, title
