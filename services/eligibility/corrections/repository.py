"""Reading and writing how far the registry is followed, and the marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
from sqlalchemy import Connection, text

from services.eligibility.corrections.domain import EVERYONE, RETRY_SECONDS, Debounce
from services.eligibility.decisions.proposals import STANDING_ACTOR
from shared.database.bulk import copy_frame

STANDING_LOCK = 0x7374616E64696E67  # "standing": one worker at a time starts a standing evaluation


@dataclass(frozen=True, slots=True)
class Followed:
    """How far the registry's changes are marked, and whether there may be more: an event told of them, or it is time to look.

    `judged_next`: the next revision behind it that an evaluation has judged, if there is one.
    """

    revision: int
    heard: int
    more: bool
    judged_next: int | None


def hear(connection: Connection, policy: str, revision: int) -> None:
    """Remember that the registry has reached `revision`."""
    connection.execute(
        text(
            "INSERT INTO facts_followed (policy, heard) VALUES (:policy, :revision)"
            " ON CONFLICT (policy) DO UPDATE SET heard = greatest(facts_followed.heard, excluded.heard)"
        ),
        {"policy": policy, "revision": revision},
    )


_FOLLOWED = """
SELECT reached.*, (SELECT min((result ->> 'facts_revision')::bigint) FROM jobs
                   WHERE kind = :kind AND state = 'succeeded' AND input ->> 'policy' = :policy
                   AND (result ->> 'facts_revision')::bigint > reached.revision) AS judged_next
FROM (SELECT coalesce(max(revision), 0) AS revision, coalesce(max(heard), 0) AS heard,
             coalesce(bool_or(heard > revision OR looked_at IS NULL
                              OR looked_at < now() - make_interval(secs => :seconds)), true) AS more
      FROM facts_followed WHERE policy = :policy) AS reached
"""


def followed(connection: Connection, policy: str, kind: str, look_every_seconds: float) -> Followed:
    """Tell how far the registry is followed; evaluations are jobs of `kind`."""
    values = {"policy": policy, "kind": kind, "seconds": look_every_seconds}
    return Followed(**connection.execute(text(_FOLLOWED), values).mappings().one())


def follow(connection: Connection, policy: str, *, reached: Followed, until: int, latest: int) -> bool:
    """Move on from what was reached to `until`; false if another worker, or an evaluation, moved first.

    What was heard is done with when `latest` is reached, unless an event has told of more meanwhile.
    """
    connection.execute(
        text("INSERT INTO facts_followed (policy) VALUES (:policy) ON CONFLICT DO NOTHING"), {"policy": policy}
    )
    moved = connection.execute(
        text(
            "UPDATE facts_followed SET revision = :until, looked_at = now(),"
            " heard = CASE WHEN heard > :heard THEN heard ELSE :latest END"
            " WHERE policy = :policy AND revision = :after"
        ),
        {"policy": policy, "after": reached.revision, "heard": reached.heard, "until": until, "latest": latest},
    )
    return moved.rowcount == 1


def mark(connection: Connection, policy: str, marks: pl.DataFrame) -> None:
    """Mark enterprises: `marks` has `uscc, revision`, each enterprise once."""
    if marks.is_empty():
        return
    connection.execute(text("CREATE TEMP TABLE marking (uscc text, revision bigint) ON COMMIT DROP"))
    copy_frame(connection, "marking", marks.select("uscc", "revision"))
    connection.execute(
        text(
            "INSERT INTO fact_marks (policy, uscc, revision) SELECT :policy, uscc, revision FROM marking ORDER BY uscc"
            " ON CONFLICT (policy, uscc) DO UPDATE"
            " SET revision = greatest(fact_marks.revision, excluded.revision), touched_at = now()"
        ),
        {"policy": policy},
    )


_DUE = """
SELECT max(touched_at) <= now() - make_interval(secs => :quiet)
       OR min(marked_at) <= now() - make_interval(secs => :at_most)
FROM fact_marks WHERE policy = :policy
"""

# One statement, so one instant: an evaluation that is under way is seen as open, or by the awards that it proposed.
_FORGET = """
DELETE FROM fact_marks WHERE policy = :policy
AND NOT EXISTS (SELECT 1 FROM jobs WHERE kind = :kind AND state IN ('queued', 'running'))
AND NOT EXISTS (SELECT 1 FROM awards WHERE policy = :policy)
"""

_RESTS = """
SELECT EXISTS (SELECT 1 FROM jobs WHERE kind = :kind AND (state IN ('queued', 'running')
               OR (state = 'failed' AND created_by = :actor
                   AND finished_at > now() - make_interval(secs => :retry))))
"""


def due(connection: Connection, policy: str, kind: str, debounce: Debounce) -> bool:
    """Tell whether marks wait that have rested, and no evaluation (a job of `kind`) is under way.

    After a standing evaluation that failed the next one waits a while.
    """
    rested = connection.execute(
        text(_DUE), {"policy": policy, "quiet": debounce.quiet_seconds, "at_most": debounce.at_most_seconds}
    ).scalar_one()
    if not rested:
        return False
    values = {"kind": kind, "actor": STANDING_ACTOR, "retry": RETRY_SECONDS}
    return not connection.execute(text(_RESTS), values).scalar_one()


def lock(connection: Connection) -> bool:
    """Be the one that starts standing evaluations, until the transaction ends; false if another one is."""
    found = connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": STANDING_LOCK})
    return bool(found.scalar_one())


def forget_if_nothing_is_decided(connection: Connection, policy: str, kind: str) -> None:
    """Drop the marks where there is no award that they could restate, nor an evaluation under way that may propose one."""
    connection.execute(text(_FORGET), {"policy": policy, "kind": kind})


def marked(connection: Connection, policy: str, at_most: int) -> Literal["all"] | list[str]:
    """Return whom marks name, the longest marked first, up to `at_most`; `all` where a mark names everyone."""
    found = connection.execute(
        text(
            "SELECT uscc FROM fact_marks WHERE policy = :policy"
            " ORDER BY uscc <> :everyone, marked_at, uscc LIMIT :at_most"
        ),
        {"policy": policy, "everyone": EVERYONE, "at_most": at_most},
    )
    codes = list(found.scalars())
    return "all" if codes and codes[0] == EVERYONE else codes


_CONSUME = """
DELETE FROM fact_marks WHERE policy = :policy AND revision <= :revision AND (:everyone OR uscc = ANY(:scope)) AND {covers}
"""

# What changed behind the revision that was judged is marked from there, though it was followed further already: rows that
# swung back meanwhile differ from what was judged alone.
_FOLLOWED_ON = """
INSERT INTO facts_followed (policy, revision) SELECT :policy, :revision WHERE :everyone AND {covers}
ON CONFLICT (policy) DO UPDATE SET revision = excluded.revision
"""

_FOLLOWED_BACK = """
UPDATE facts_followed SET revision = :revision WHERE policy = :policy AND revision > :revision
"""

# Awards of other years than those judged would have to be judged again.
_COVERS = """
(:every_year OR NOT :new_ones_too
 AND NOT EXISTS (SELECT 1 FROM awards WHERE policy = :policy AND identity_year <> ALL(:award_years)))
"""


def consume(
    connection: Connection,
    policy: str,
    scope: Literal["all"] | Sequence[str],
    *,
    revision: int,
    award_years: Sequence[int],
    every_year: bool,
    new_ones_too: bool,
) -> None:
    """Drop the marks that an evaluation of `scope` at `revision` has answered, in the transaction that ends it.

    Unless it judged every year, it has not where awards stand in years that it did not judge, or where marks ask for awards that
    are new.
    """
    values = {
        "policy": policy,
        "revision": revision,
        "everyone": scope == "all",
        "scope": [] if scope == "all" else list(scope),
        "award_years": list(award_years),
        "every_year": every_year,
        "new_ones_too": new_ones_too,
    }
    connection.execute(text(_CONSUME.format(covers=_COVERS)), values)
    connection.execute(text(_FOLLOWED_ON.format(covers=_COVERS)), values)
    connection.execute(text(_FOLLOWED_BACK), values)
