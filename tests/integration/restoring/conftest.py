"""A database that can be restored to an earlier point, and a broker whose log holds what was published since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from deploy.local.broker import Broker
from shared.database.engine import Database
from shared.messaging import restore_detection
from shared.messaging.restore_detection import LostEventsHandler
from shared.messaging.topics import PUBLISHERS
from tests.support.databases import DatabaseServer, ServiceDatabase
from tests.support.events import relay_of


@dataclass
class Backups:
    """Makes copies of databases and relays to the broker."""

    server: DatabaseServer
    broker: Broker
    made: list[ServiceDatabase] = field(default_factory=list)

    def take(self, original: ServiceDatabase, *connected: Database) -> ServiceDatabase:
        """Copy `original` as it is now; who is connected to it connects again."""
        for database in connected:
            database.engine.dispose()
        self.made.append(self.server.backup(original))
        return self.made[-1]

    def relay(self, database: Database, topic: str, on_lost: LostEventsHandler) -> None:
        """Publish all that there is to publish, as a relay that has just started."""
        relay = relay_of(
            PUBLISHERS[topic], database, self.broker.cluster, "test-relay", restores=[topic], on_lost=on_lost
        )
        while relay.step():
            pass
        relay.close()


@pytest.fixture
def backups(database_server: DatabaseServer, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backups]:
    """Backups for one test. All tests share a broker: what was told before the test's own first event is another's."""
    monkeypatch.setattr(restore_detection, "OVERLAP", timedelta(0))
    backups = Backups(database_server, broker)
    yield backups
    for made in backups.made:
        database_server.drop(made)
