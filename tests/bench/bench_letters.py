"""The letters of a round: made by the job from sealed receipts, read as one archive, beside docxtpl filling the same ones bare.

The registry is served under uvicorn; the job runs as a worker runs it. docxtpl fills what the letters say into the same template.
`make bench ARGS=letters` runs it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import orjson
import psycopg
from docxtpl import DocxTemplate
from sqlalchemy import text

from deploy.local.broker import Broker
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.evaluation_jobs import handlers as evaluations
from services.eligibility.evaluation_jobs.domain import EvaluationTask
from services.eligibility.papers import batches
from services.eligibility.papers.kinds import DECISION_LETTER
from services.eligibility.rounds.handlers import open_round
from shared.authorization import Actor
from shared.database.engine import Database
from shared.i18n import CHINESE
from shared.jobs.runner import JobRunner
from shared.media_types import DOCX
from tests.bench.bench_eligibility_corrections import populate
from tests.bench.bench_registry import Figure, timed
from tests.bench.bench_requests import Nowhere, served
from tests.integration.eligibility.harness import POLICY, Harness, world
from tests.support.databases import DatabaseServer
from tests.support.tokens import Tokens

ENTERPRISES = 13_000
"""Of these, 10,000 and a few have an award."""
BARE = 200
"""Letters that docxtpl fills."""
MAKER = Actor("commerce-maker", frozenset())


def decided(opened: Harness) -> UUID:
    """Evaluate all for a round and approve what it proposes; returns the round."""
    years = [2020, 2021, 2022]
    asked: dict[str, Any] = {"policy": POLICY, "title": "第一批", "award_years": years, "awards": None}
    asked |= {"opens_on": date(2025, 1, 1), "closes_on": date(2025, 12, 31)}
    with opened.database.transaction() as connection:
        round_id = UUID(open_round(connection, asked, by=MAKER.subject)["id"])
        task = EvaluationTask(POLICY, years, "all", date(2025, 3, 1), round_id=round_id)
        evaluation = evaluations.start(connection, task, by=MAKER.subject, now=opened.clock.now())
    assert opened.runner().step()
    opened.approve(opened.result(evaluation))
    return round_id


def made(opened: Harness, round_id: UUID) -> UUID:
    """Make the letters of a round as an officer asks for them: a job, in chunks; returns the batch."""
    with opened.database.transaction() as connection:
        batch = batches.start(connection, MAKER, round_id, CHINESE, now=opened.clock.now())
    run = {batches.LETTERS: lambda job: batches.run(opened.database, opened.facts, job)}
    assert JobRunner(opened.database, run).step()
    return batch


def kept(database: Database, count: int) -> Iterator[dict[str, Any]]:
    """Yield what some letters say."""
    with database.reading() as connection:
        for content in connection.execute(text("SELECT content FROM papers LIMIT :count"), {"count": count}).scalars():
            yield orjson.loads(content)


def filled_bare(file: bytes, contents: list[dict[str, Any]]) -> None:
    """Fill a template with docxtpl, once for each letter, as its documentation shows."""
    for content in contents:
        document = DocxTemplate(io.BytesIO(file))
        document.render(content, autoescape=True)
        document.save(io.BytesIO())


def run(server: DatabaseServer, broker: Broker | None, count: int = ENTERPRISES) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    del broker
    registry, eligibility = server.fresh("registry"), server.fresh("eligibility")
    with redirect_stderr(Nowhere()), world(registry, eligibility, Tokens()) as opened:
        populate(opened, count)
        with served(opened.transport._transport.app) as port:
            headers = opened.tokens.headers("eligibility")
            client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=600)
            opened.facts = RegistryFacts(client, ["data-platform"])
            round_id = decided(opened)
            for each in (registry, eligibility):
                with psycopg.connect(each.owner_url, autocommit=True) as connection:
                    connection.execute("VACUUM ANALYZE")
            ((letters,),) = opened.rows("SELECT count(*) FROM decisions WHERE state = 'approved'")
            batch: list[UUID] = []
            job = timed("letters of a round made by the job", letters, lambda: batch.append(made(opened, round_id)))
        assert opened.rows("SELECT count(*) FROM papers") == [(letters,)]
        sizes: list[int] = []

        def read() -> None:
            sizes.append(sum(map(len, batches.archive(opened.database, batch[0], MAKER, DOCX))))

        archive = timed("  read as one archive of documents", letters, read)
        contents = list(kept(opened.database, BARE))
    bare = timed(
        "  docxtpl alone: the same filled into the same template",
        len(contents),
        lambda: filled_bare(DECISION_LETTER.shipped(CHINESE), contents),
    )
    return [
        job,
        archive,
        bare,
        ("seconds that 10,000 letters take at that rate, made and read (goal ≤ 60)", _seconds(job, archive) * 10_000),
        ("made and read against docxtpl alone, times as long for a letter", _seconds(job, archive) / _seconds(bare)),
        ("bytes of the archive, MiB", sizes[0] / 2**20),
    ]


def _seconds(*figures: Figure) -> float:
    """Return the seconds that one letter takes in all."""
    return sum(1 / figure.per_second for figure in figures)
