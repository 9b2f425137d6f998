"""The database refuses every move of a payment order that its lifecycle does not have, and every edit of what never changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from services.payout.enums import OrderState
from services.payout.orders import repository
from services.payout.orders.lifecycle import BEGINNINGS, IMMUTABLE, TRANSITIONS, Act
from tests.integration.payout.support import USCC, Payout, decision
from tests.support import databases

OTHER_VALUES = {
    "id": "uuidv7()",
    "number": "DEFAULT",
    "award_id": "uuidv7()",
    "version": "version + 1",
    "unit": "'liandu'",
    "instalment": "instalment + 1",
    "due_year": "due_year - 1",
    "amount_fen": "amount_fen + 1",
    "payee_uscc": "'91331102MA2E00001X'",
    "first_decided_on": "first_decided_on + 1",
    "replaces": "uuidv7()",
    "reentered": "NOT reentered",
    "created_at": "created_at - interval '1 second'",
}
PURPOSE = ("award_id", "version", "unit", "payee_uscc", "instalment", "replaces")
"""What an order is for, with its part of what was divided."""
MOVE = """
    UPDATE payment_orders
    SET state = %(to)s, waiting_for = CASE WHEN %(to)s = 'waiting' THEN 'account' END, live = %(to)s <> 'cancelled'
    WHERE id = %(id)s
"""


class Orders:
    """Orders written as the owner of the table, in any state, past the triggers; nothing is committed."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def add(self, state: str, *, live: bool | None = None, budget_year: int | None = 2026) -> object:
        """Store an order that has all that any state asks for, and return its id."""
        order_id = uuid4()
        self._connection.execute("ALTER TABLE payment_orders DISABLE TRIGGER USER")
        self._connection.execute(
            """
            INSERT INTO payment_orders (id, award_id, version, unit, instalment, due_year, amount_fen, payee_uscc,
                first_decided_on, state, waiting_for, live, budget_year, funded_at, issued_by, approved_by, approved_at)
            VALUES (%(id)s, uuidv7(), 1, 'city', 1, 2026, 100, %(uscc)s, '2025-03-01', %(state)s,
                    CASE WHEN %(state)s = 'waiting' THEN 'funds' END, %(live)s, CAST(%(year)s AS smallint),
                    CASE WHEN CAST(%(year)s AS smallint) IS NOT NULL THEN now() END, 'a', 'b', now())
            """,
            {
                "id": order_id,
                "uscc": USCC,
                "state": state,
                "live": state != "cancelled" if live is None else live,
                "year": budget_year,
            },
        )
        self._connection.execute("ALTER TABLE payment_orders ENABLE TRIGGER USER")
        return order_id

    def refusal(self, statement: str, **values: object) -> str | None:
        """Try a statement and undo it; returns what the database says, or None if it allows it."""
        try:
            with self._connection.transaction(force_rollback=True):
                self._connection.execute(statement.encode(), values)
        except psycopg.Error as error:
            return str(error)
        return None


@contextmanager
def as_owner(payout: Payout) -> Iterator[Orders]:
    with psycopg.connect(payout.owner_url) as connection:
        yield Orders(connection)
        connection.rollback()


def test_exactly_the_moves_of_the_table_are_possible(payout: Payout) -> None:
    expected = {
        (source, target)
        for (source, act), targets in TRANSITIONS.items()
        for target in targets
        if act is not Act.CORRECT  # takes a correction by two persons: test_corrections.py
    }
    possible = set()
    with as_owner(payout) as orders:
        for source, target in product(OrderState, OrderState):
            refusal = orders.refusal(MOVE, id=orders.add(source), to=target.value)
            if refusal is None:
                possible.add((source, target))
            else:
                assert f"cannot go from {source} to {target}" in refusal
    assert possible == expected


@pytest.mark.parametrize("column", IMMUTABLE)
def test_what_never_changes_is_refused_in_every_state(payout: Payout, column: str) -> None:
    edit = f"UPDATE payment_orders SET {column} = {OTHER_VALUES[column]} WHERE id = %(id)s"  # noqa: S608 - names of columns
    with as_owner(payout) as orders:
        for state in (OrderState.WAITING, OrderState.FAILED, OrderState.RETURNED):
            refusal = orders.refusal(edit, id=orders.add(state))
            assert refusal is not None
            assert "never edited" in refusal


def test_an_order_begins_as_the_table_says(payout: Payout) -> None:
    insert = """
        INSERT INTO payment_orders (award_id, version, unit, instalment, due_year, amount_fen, payee_uscc, first_decided_on,
            state, waiting_for, budget_year, funded_at, issued_by, approved_by, approved_at, replaces, reentered, live)
        SELECT award_id, version + 1, unit, instalment, due_year, amount_fen, payee_uscc, first_decided_on, %(state)s,
            CASE WHEN %(state)s = 'waiting' THEN 'funds' END, 2026, now(), 'a', 'b', now(), %(replaces)s, %(reentered)s, %(live)s
        FROM payment_orders WHERE id = %(id)s
    """
    begun: dict[Act, set[OrderState]] = {Act.ORDER: set(), Act.REPLACE: set(), Act.REENTER: set()}
    with as_owner(payout) as orders:
        model = orders.add("waiting")
        for state in OrderState:
            for act, states in begun.items():
                refusal = orders.refusal(
                    insert,
                    id=model,
                    state=state.value,
                    replaces=uuid4() if act is Act.REPLACE else None,
                    reentered=act is Act.REENTER,
                    live=state is not OrderState.CANCELLED,
                )
                # The trigger that looks for the award's version is behind this one: it refuses what this one lets through.
                if refusal is None or "no such award and version" in refusal:
                    states.add(state)
                else:
                    assert f"cannot begin as {state}" in refusal
        assert "cannot begin" in str(
            orders.refusal(insert, id=model, state="failed", replaces=None, reentered=False, live=False)
        )
    assert begun[Act.ORDER] == set(BEGINNINGS[Act.ORDER])
    assert begun[Act.REPLACE] == set(BEGINNINGS[Act.REPLACE])
    assert begun[Act.REENTER] == set(BEGINNINGS[Act.REENTER]) | set(BEGINNINGS[Act.ORDER])


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({}, True),
        *(({name: value}, False) for name, value in OTHER_VALUES.items() if name in PURPOSE),
        ({"part": "2", "replaces": "uuidv7()"}, False),
        ({"reentered": "true"}, False),
    ],
)
def test_orders_of_one_purpose_exist_once_unless_entered_again(
    payout: Payout, changed: dict[str, str], refused: bool
) -> None:
    columns = {name: changed.get(name, name) for name in (*PURPOSE, "reentered", "part")} | {
        "id": "uuidv7()",
        "created_at": "created_at + interval '1 second'",
    }
    others = ("due_year", "amount_fen", "first_decided_on", "state", "waiting_for", "live", "budget_year", "funded_at")
    twice = (
        f"INSERT INTO payment_orders ({', '.join((*columns, *others))})"  # noqa: S608 - names of columns
        f" SELECT {', '.join((*columns.values(), *others))} FROM payment_orders WHERE id = %(id)s"
    )
    with as_owner(payout) as orders:
        refusal = orders.refusal(twice, id=orders.add("waiting"))
    # As above: what the index lets through meets the trigger that looks for the award's version.
    assert ("uq_payment_orders_award_id" if refused else "no such award and version") in str(refusal)


def test_an_order_stops_being_live_only_when_it_is_cancelled(payout: Payout) -> None:
    with as_owner(payout) as orders:
        for state in (OrderState.FAILED, OrderState.RETURNED):
            ended = "UPDATE payment_orders SET live = false WHERE id = %(id)s"
            assert orders.refusal(ended, id=orders.add(state)) is None
            revived = "UPDATE payment_orders SET live = true WHERE id = %(id)s"
            assert "cannot go from" in str(orders.refusal(revived, id=orders.add(state, live=False)))
        failed = "UPDATE payment_orders SET state = 'failed', live = false WHERE id = %(id)s"
        assert "cannot go from batched to failed" in str(orders.refusal(failed, id=orders.add("batched")))


def test_money_of_a_budget_is_taken_once(payout: Payout) -> None:
    move = "UPDATE payment_orders SET state = %(to)s, waiting_for = NULL, budget_year = 2027, funded_at = now() WHERE id = %(id)s"
    with as_owner(payout) as orders:
        assert orders.refusal(move, id=orders.add("waiting", budget_year=None), to="issued") is None
        for source, target in (("waiting", "issued"), ("issued", "approved"), ("approved", "batched")):
            assert "budget year: 2026 to 2027" in str(orders.refusal(move, id=orders.add(source), to=target))


def test_orders_are_never_deleted(payout: Payout) -> None:
    with as_owner(payout) as orders:
        orders.add("waiting")
        assert "never deleted" in str(orders.refusal("DELETE FROM payment_orders"))


def test_the_orders_of_an_award_are_found_by_an_index(payout: Payout) -> None:
    with payout.database.transaction() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(
            text("EXPLAIN SELECT FROM payment_orders WHERE award_id = '00000000-0000-4000-8000-000000000001' AND live")
        ).scalars()
        assert "payment_orders_award_id" in "\n".join(plan)


def test_a_page_of_orders_reads_what_it_shows(payout: Payout) -> None:
    """Neither every version of every award, nor all that a payee was paid before."""
    payout.arrange()
    payout.account()
    twice = ((2025, 1_000_000), (2026, 1_000_000))
    payout.receive(
        *(decision(f"s{number}", instalments=twice, later_instalments="confirmed") for number in range(1_000))
    )
    paid = "state = 'settled', waiting_for = NULL, account_revision = 1, batch_id = uuidv7(), result_on = '2026-03-01'"
    by = "budget_year = 2026, funded_at = now(), approved_by = 'c', approved_at = now(), batched_by = 'b'"
    reads = text("SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables")
    with databases.as_owner(payout.database) as connection:
        nothing_stays = connection.begin_nested()
        connection.execute(text("ALTER TABLE payment_orders DISABLE TRIGGER USER"))
        connection.execute(text(f"UPDATE payment_orders SET {paid}, {by}"))
        connection.execute(text("ANALYZE"))
        before = connection.execute(reads).scalar_one()
        shown = repository.views(connection, {"jurisdiction": "liandu"}, limit=20)
        assert connection.execute(reads).scalar_one() - before <= 20 * len(shown)
        nothing_stays.rollback()
    assert len(shown) == 20
