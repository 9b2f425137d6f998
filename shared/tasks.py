"""Tasks: what waits for somebody, until when. Each service says by its kinds and one statement what waits; the rest is the same.

What waits in mass (proposals to approve, orders to send) is one task with a count: an inbox of a hundred thousand helps nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shared.authorization import Actor, Scope
from shared.clock import calendar_date, isoformat
from shared.i18n import translate
from shared.working_days import last_working_day


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task: how it is called, where it is done, and which scopes are for those who do it.

    `title` is a message and `link` a path, both with the task's `count` and parameters. `own` are the two as an enterprise reads
    them, if it has such tasks itself. A `city_wide` one is for nobody who is restricted to a jurisdiction.
    """

    name: str
    title: str
    link: str
    scopes: tuple[Scope, ...]
    own: tuple[str, str] | None = None
    city_wide: bool = False

    def is_for(self, actor: Actor) -> bool:
        """Return whether tasks of this kind may wait for a caller."""
        if actor.uscc is not None:
            return self.own is not None and actor.may(Scope.OWN_READ)
        return not actor.scopes.isdisjoint(self.scopes) and (actor.city_wide or not self.city_wide)


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose tasks are asked for, as statements need it. Whoever `by` is, what that person proposed is no task."""

    kinds: Sequence[str]
    by: str
    jurisdiction: str | None = None
    department: str | None = None
    own_uscc: str | None = None
    everyone: bool = False

    @classmethod
    def of(cls, actor: Actor, kinds: Iterable[Kind]) -> Asker:
        """Return a caller, with the kinds of tasks that may wait for it."""
        own = [kind.name for kind in kinds if kind.is_for(actor)]
        return cls(own, actor.subject, actor.jurisdiction, actor.department, actor.uscc)


def everyone(kinds: Iterable[Kind]) -> Asker:
    """Return who is asked for where all tasks are counted, whomever they wait for."""
    return Asker([kind.name for kind in kinds], "", everyone=True)


@dataclass(frozen=True, slots=True)
class Task:
    """What has waited since an instant and is to be done within some working days; `count` acts of one kind together."""

    kind: str
    subject: str
    since: datetime
    working_days: int
    count: int = 1
    parameters: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    """Tells tasks of one kind about one subject apart."""

    @property
    def due_on(self) -> date:
        """The last working day for it, by the official calendar."""
        return last_working_day(calendar_date(self.since), self.working_days)

    def is_overdue(self, today: date) -> bool:
        """Return whether its last working day is over."""
        return today > self.due_on

    @property
    def place(self) -> tuple[date, str, str, str]:
        """Its place in a list: what is due first comes first."""
        return self.due_on, self.kind, self.subject, self.detail


def view(task: Task, kind: Kind, today: date, language: str, *, own: bool) -> dict[str, Any]:
    """Return a task as the API shows it, in words of `language`; `own`: to an enterprise."""
    title, link = kind.own if own and kind.own else (kind.title, kind.link)
    parameters = {"count": task.count, "subject": task.subject, "detail": task.detail, **task.parameters}
    return {
        "kind": task.kind,
        "title": translate(title, language, parameters),
        "subject": task.subject,
        "link": link.format_map(parameters),
        "count": task.count,
        "waiting_since": isoformat(task.since),
        "due_on": task.due_on.isoformat(),
        "overdue": task.is_overdue(today),
    }


def counts(tasks: Iterable[Task]) -> dict[str, int]:
    """Return how many acts wait, by kind."""
    found: Counter[str] = Counter()
    for task in tasks:
        found[task.kind] += task.count
    return dict(sorted(found.items()))
