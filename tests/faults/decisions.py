"""Decisions as eligibility would publish them: versions of awards that rise, fall, are withdrawn, or change their payee."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import orjson
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from shared.database.engine import Database
from shared.events import award_decided
from shared.identifiers import award_id, event_id
from shared.messaging import outbox, topics
from shared.messaging.envelope import Event

NOW = datetime(2025, 3, 1, tzinfo=UTC)
PAYEE = "91331100MA2E000007"
JURISDICTIONS = ("city", "liandu", "development_zone")


@dataclass(frozen=True)
class Version:
    """A version of an award; `instalments` are (due year, fen)."""

    subject: str
    version: int
    instalments: tuple[tuple[int, int], ...]
    jurisdiction: str = "liandu"
    uscc: str = PAYEE

    @property
    def award_id(self) -> str:
        """The award's identity."""
        return str(award_id("lishui-2020-1", "courier-rent", self.subject, 2024))

    @property
    def fen(self) -> int:
        """The whole entitlement."""
        return sum(fen for _, fen in self.instalments)

    @property
    def event_id(self) -> str:
        """The id of the event that tells it."""
        return str(event_id(award_decided.TYPE, self.award_id, self.version))

    def event(self) -> Event:
        """Return the event that tells it."""
        data = {
            "award_id": self.award_id,
            "version": self.version,
            "policy": "lishui-2020-1",
            "award": "courier-rent",
            "article": "4",
            "subject": self.subject,
            "award_year": 2024,
            "payee": {"uscc": self.uscc, "name": f"丽水测试{self.uscc[-4:]}有限公司"},
            "jurisdiction": self.jurisdiction,
            "kind": "cash",
            "result": "granted" if self.fen else "withdrawn",
            "entitlement_fen": self.fen,
            "instalments": [{"due_year": year, "amount_fen": fen} for year, fen in self.instalments],
            "decided_on": "2025-03-01",
            "first_decided_on": "2025-03-01",
            "reason": "initial" if self.version == 1 else "correction",
            "receipt": {
                "facts_revision": 1,
                "policy_hash": "p" * 64,
                "interpretations_hash": "i" * 64,
                "engine_version": "1",
            },
        }
        return Event(
            topics.AWARD_DECISIONS,
            self.award_id,
            award_decided.TYPE,
            event_id(award_decided.TYPE, self.award_id, self.version),
            topics.ELIGIBILITY_SOURCE,
            self.award_id,
            NOW,
            orjson.dumps(data),
        )


@dataclass
class Decisions:
    """What was decided and committed: every version by award, the truth that payout is held against."""

    database: Database
    dice: random.Random
    payees: Sequence[str]
    year: int
    committed: dict[str, list[Version]] = field(default_factory=dict)
    _subjects: int = 0

    def fresh(self, versions: int = 1) -> list[Version]:
        """Return the first `versions` versions of a new award, decided by nobody yet."""
        self._subjects += 1
        first = Version(
            f"subject-{self._subjects}",
            1,
            self._instalments(),
            self.dice.choice(JURISDICTIONS),
            self.dice.choice(self.payees),
        )
        made = [first]
        while len(made) < versions:
            made.append(self.following(made[-1]))
        return made

    def decide(self, count: int) -> None:
        """Decide `count` times, a third of them about new awards."""
        made: dict[str, Version] = {}
        for _ in range(count):
            if not self.committed or self.dice.random() < 1 / 3:
                version = self.fresh()[0]
            else:
                version = self.following(self.committed[self.dice.choice(list(self.committed))][-1])
            made[version.award_id] = version
        self.commit(list(made.values()))

    def commit(self, versions: Sequence[Version]) -> None:
        """Write `versions` to the outbox for certain: after an error it is looked up whether the commit took place."""
        events = [version.event() for version in versions]
        deadline = time.monotonic() + 600
        while True:
            try:
                if not self.in_outbox(versions[0]):
                    with self.database.transaction() as connection:
                        outbox.enqueue(connection, events)
                break
            except DBAPIError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        self.remember(versions)

    def in_outbox(self, version: Version) -> bool:
        """Return whether `version` is in the outbox."""
        with self.database.reading() as connection:
            found = text("SELECT EXISTS (SELECT FROM outbox_events WHERE key = :key AND event_id = :id)")
            return bool(connection.execute(found, {"key": version.award_id, "id": version.event_id}).scalar_one())

    def remember(self, versions: Sequence[Version]) -> None:
        """Take `versions`, which are committed, for the truth."""
        for version in versions:
            self.committed.setdefault(version.award_id, []).append(version)

    def begin_late(self, versions: Sequence[Version]) -> tuple[Connection, Sequence[Version]]:
        """Write `versions` to the outbox in a transaction that stays open: their ids are drawn, and nobody sees them."""
        connection = self.database.engine.connect()
        connection.begin()
        outbox.enqueue(connection, [version.event() for version in versions])
        return connection, versions

    def end_late(self, begun: tuple[Connection, Sequence[Version]]) -> None:
        """Commit what `begin_late` began; if its session is gone, the versions are decided again."""
        connection, versions = begun
        try:
            connection.commit()
        except DBAPIError:
            connection.invalidate()
        finally:
            connection.close()
        self.commit(versions)

    def following(self, last: Version) -> Version:
        """Return the version after `last`, decided by nobody yet."""
        change = self.dice.random()
        if change < 0.15:
            instalments: tuple[tuple[int, int], ...] = ()
        elif change < 0.55 and last.fen > 100:
            instalments = ((self.year, self.dice.randint(1, last.fen)),)
        else:
            instalments = self._instalments()
        uscc = self.dice.choice(self.payees) if self.dice.random() < 0.1 else last.uscc
        return replace(last, version=last.version + 1, instalments=instalments, uscc=uscc)

    def _instalments(self) -> tuple[tuple[int, int], ...]:
        fen = self.dice.randint(2, 10_000_000)
        if self.dice.random() < 0.2:
            return (self.year, fen - fen // 2), (self.year + 1, fen // 2)
        return ((self.year, fen),)
