"""Eligibility or the registry is restored to an earlier point: published numbers are never reused for other content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from services.eligibility.decisions.after_restore import restore_version_numbers
from services.eligibility.decisions.domain import INTERPRETATIONS_DOCUMENT, POLICY_DOCUMENT
from services.eligibility.decisions.proposals import store_document
from services.registry.revisions import after_restore as registry_after_restore
from services.registry.revisions.repository import latest_revision
from shared.database.engine import Database
from shared.events.facts_revised import TYPE, FactsRevised
from shared.identifiers import new_id
from shared.messaging import outbox, topics
from shared.messaging.envelope import Event
from tests.faults.decisions import Version
from tests.integration.eligibility.support import approve_all, evaluate, events, history, rent
from tests.integration.restoring.conftest import Backups
from tests.support.databases import ServiceDatabase
from tests.support.events import signed

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def restored(fresh_database: Callable[[str], ServiceDatabase], backups: Backups) -> Iterator[Database]:
    """Eligibility restored to before A was corrected to 600 and B was granted 70."""
    original = fresh_database("eligibility")
    database = original.connect()
    with database.transaction() as connection:
        for kind in (POLICY_DOCUMENT, INTERPRETATIONS_DOCUMENT):
            store_document(connection, kind, kind, b"{}")
    approve_all(database, evaluate(database, rent("A", 500))[0])
    backups.relay(database, topics.AWARD_DECISIONS, restore_version_numbers)
    open_proposal, _ = evaluate(database, rent("A", 500), rent("B", 70))
    backup = backups.take(original, database)
    approve_all(database, open_proposal)
    approve_all(database, evaluate(database, rent("A", 600), rent("B", 70))[0])
    assert [(each.subject, each.version) for each in events(database)] == [("A", 1), ("B", 1), ("A", 2)]
    backups.relay(database, topics.AWARD_DECISIONS, restore_version_numbers)
    database.close()
    again = backup.connect()
    backups.relay(again, topics.AWARD_DECISIONS, restore_version_numbers)
    yield again
    again.close()


def test_a_version_that_consumers_refuse_takes_no_number(fresh_database: Callable[[str], ServiceDatabase]) -> None:
    database = fresh_database("eligibility").connect()
    published = [Version("s", number, ((2025, 700),)).event() for number in (3, 2**31 - 1)]
    with database.transaction() as connection:
        restore_version_numbers(connection, signed(published, "eligibility"))
        assert connection.execute(text("SELECT version FROM awards")).scalars().all() == [3]
        assert connection.execute(text("SELECT version FROM recalled_versions")).scalars().all() == [3]
    database.close()


def _last_version(database: Database, subject: str) -> tuple[int, str, int]:
    event = next(each for each in reversed(events(database)) if each.subject == subject)
    return event.version, event.result, event.entitlement_fen


@pytest.mark.parametrize("fen", [500, 600, 900], ids=["as_restored", "as_told", "another"])
def test_what_is_in_force_is_decided_again_with_a_higher_version(restored: Database, fen: int) -> None:
    evaluation_id, counts = evaluate(restored, rent("A", fen), rent("B", 70))
    assert counts.unchanged == 0
    assert approve_all(restored, evaluation_id) == 2
    assert _last_version(restored, "A") == (3, "granted", fen)
    assert _last_version(restored, "B") == (2, "granted", 70)
    _, after = evaluate(restored, rent("A", fen), rent("B", 70))
    assert (after.created, after.restated, after.withdrawn, after.unchanged) == (0, 0, 0, 2)


def test_a_published_award_that_is_not_due_is_withdrawn(restored: Database) -> None:
    evaluation_id, counts = evaluate(restored, rent("A", 500), subjects={("courier-rent", "A"), ("courier-rent", "B")})
    assert counts.withdrawn == 1
    approve_all(restored, evaluation_id)
    assert _last_version(restored, "B") == (2, "withdrawn", 0)
    assert [row[1] for row in history(restored, "B")] == ["superseded", "approved"]


def test_a_relay_that_starts_again_finds_nothing_lost(restored: Database, backups: Backups) -> None:
    with restored.reading() as connection:
        before = connection.execute(
            text("SELECT count(*) FROM audit_log WHERE act = 'recall_lost_events'")
        ).scalar_one()
    backups.relay(restored, topics.AWARD_DECISIONS, restore_version_numbers)
    with restored.reading() as connection:
        after = connection.execute(text("SELECT count(*) FROM audit_log WHERE act = 'recall_lost_events'")).scalar_one()
    assert (before, after) == (1, 1)


def test_the_registry_continues_after_the_last_published_revision(
    fresh_database: Callable[[str], ServiceDatabase], backups: Backups
) -> None:
    original = fresh_database("registry")
    database = original.connect()
    _tell(database, 3)
    backups.relay(database, topics.REGISTRY_FACTS, registry_after_restore.restore_version_numbers)
    backup = backups.take(original, database)
    _tell(database, 9)
    backups.relay(database, topics.REGISTRY_FACTS, registry_after_restore.restore_version_numbers)
    database.close()
    restored = backup.connect()
    backups.relay(restored, topics.REGISTRY_FACTS, registry_after_restore.restore_version_numbers)
    with restored.reading() as connection:
        assert latest_revision(connection) == 9
    restored.close()


def _tell(database: Database, revision: int) -> None:
    uscc = "91331100MA2E000007"
    data = FactsRevised(revision=revision, dataset="enterprises", uscc=uscc, keys=[[uscc]]).model_dump_json().encode()
    with database.transaction() as connection:
        event = Event(topics.REGISTRY_FACTS, uscc, TYPE, new_id(NOW), "/registry", uscc, NOW, data)
        outbox.enqueue(connection, [event])
