"""Negative controls: the product without one of its defences. A campaign that does not fail with each proves nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, select, text

from services.payout.awards import handlers, repository
from shared.messaging import inbox
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Message
from shared.messaging.relay import SEND_EVENTS, Relay, Unpublished, queries
from shared.messaging.signatures import Verifier
from shared.system_tables import event_batches
from shared.web import auth


@dataclass(frozen=True)
class Control:
    """A defence taken away: within the processes, and by what their owner does to payout's tables."""

    weaken: Callable[[], None]
    payout_ddl: str = ""


def _no_inbox_key() -> None:
    def take_all(connection: Connection, messages: Sequence[Message]) -> list[Message]:
        keys = [message.event_key for message in messages]
        connection.execute(
            text("INSERT INTO inbox (source, event_id) SELECT * FROM unnest(CAST(:s AS text[]), CAST(:i AS text[]))"),
            {"s": [source for source, _ in keys], "i": [event for _, event in keys]},
        )
        return list(messages)

    inbox.take_new = take_all
    repository.known_versions = lambda *_: set()


def _naive_outbox() -> None:
    reached: dict[Relay, int] = {}
    all_above = text(queries.unpublished_batches.text.replace("published_at IS NULL AND", ""))

    def following(relay: Relay, in_flight: int) -> list[Unpublished]:
        with relay._database.reading() as connection:
            if relay not in reached:
                published = select(func.coalesce(func.max(event_batches.c.id), 0)).where(
                    event_batches.c.published_at.is_not(None)
                )
                reached[relay] = connection.execute(published).scalar_one()
            after = {"in_flight": max(in_flight, reached[relay]), "events": SEND_EVENTS}
            rows = connection.execute(all_above, after).all()
        found = [Unpublished._make(row) for row in rows]
        if found:
            reached[relay] = found[-1].id
        return found

    Relay._next = following  # type: ignore[method-assign, assignment]


def _split_outside_transaction() -> None:
    give_effect, process = handlers._apply_versions, Consumer.process
    stored: list[tuple[Any, ...]] = []
    handlers._apply_versions = lambda _, *rest: stored.append(rest)

    def in_two_transactions(consumer: Consumer, messages: Sequence[Message]) -> None:
        process(consumer, messages)
        while stored:
            time.sleep(0.2)  # whoever splits afterwards takes his time, and may be killed meanwhile
            with consumer._database.transaction() as connection:
                give_effect(connection, *stored.pop(0))

    Consumer.process = in_two_transactions  # type: ignore[method-assign, assignment]


def _no_signatures() -> None:
    Verifier.verify = lambda *_: None  # type: ignore[method-assign]


class _Unrecognised(str):
    """The name of a person whom no act recognises as the one who did the other half of it."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other


def _no_second_persons() -> None:
    named = auth.actor_of
    auth.actor_of = lambda claims: replace(actor := named(claims), subject=_Unrecognised(actor.subject))


def _no_filters() -> None:
    named = auth.actor_of
    auth.actor_of = lambda claims: replace(named(claims), jurisdiction=None)


_WITHOUT_TWO_PERSONS = r"""
DO $$ DECLARE the record; BEGIN
    FOR the IN SELECT conrelid::regclass AS checked, conname FROM pg_constraint
               WHERE contype = 'c' AND conname LIKE '%two\_persons'
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', the.checked, the.conname); END LOOP;
END $$
"""

CONTROLS = {
    "no-signatures": Control(_no_signatures),
    "no-inbox-key": Control(
        _no_inbox_key,
        "ALTER TABLE inbox DROP CONSTRAINT pk_inbox;"
        " ALTER TABLE award_versions DROP CONSTRAINT pk_award_versions CASCADE",
    ),
    "naive-outbox": Control(_naive_outbox),
    "split-outside-transaction": Control(_split_outside_transaction),
    "no-second-persons": Control(_no_second_persons, _WITHOUT_TWO_PERSONS),
    "no-filters": Control(_no_filters),
}
