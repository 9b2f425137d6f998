"""Reads and writes of the progress along the registry's revisions, and of the enterprises that are pending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
from sqlalchemy import Connection, func, select

from services.eligibility.corrections.domain import ALL_ENTERPRISES, PATIENCE, RETRY_SECONDS
from services.eligibility.decisions.proposals import AUTOMATIC_ACTOR
from services.eligibility.evaluation_jobs.domain import EVALUATION
from services.eligibility.refusals import repository as refusals
from shared.database.bulk import copy_frame
from shared.database.queries import load

queries = load(__package__)

AUTOMATIC_LOCK = 0x7374616E64696E67  # one worker at a time starts an automatic evaluation


@dataclass(frozen=True, slots=True)
class Progress:
    """Up to which revision the registry's changes are processed, and whether there may be more.

    `latest_seen`: the newest revision that an event has announced, or that was read from the registry. `next_evaluated`: the next
    revision after the progress that an evaluation has used, if there is one.
    """

    revision: int
    latest_seen: int
    more: bool
    next_evaluated: int | None


def record_announced_revision(connection: Connection, policy: str, revision: int) -> None:
    """Remember that an event has announced `revision` of the registry."""
    connection.execute(queries.record_announced_revision, {"policy": policy, "revision": revision})


def progress(connection: Connection, policy: str, poll_seconds: float) -> Progress:
    """Return how far the registry's changes are processed."""
    values = {"policy": policy, "kind": EVALUATION, "seconds": poll_seconds}
    return Progress(**connection.execute(queries.progress, values).mappings().one())


def advance(connection: Connection, policy: str, *, reached: Progress, until: int, latest: int) -> bool:
    """Move the progress to `until`; returns False if another worker, or an evaluation, has moved it meanwhile.

    `latest` becomes the latest revision seen, unless an event has announced a newer one meanwhile.
    """
    connection.execute(queries.ensure_progress, {"policy": policy})
    moved = connection.execute(
        queries.advance_progress,
        {
            "policy": policy,
            "after": reached.revision,
            "latest_seen": reached.latest_seen,
            "until": until,
            "latest": latest,
        },
    )
    return moved.rowcount == 1


def mark_changed(connection: Connection, policy: str, changed: pl.DataFrame) -> None:
    """Mark enterprises for re-evaluation, and their refusals: `changed` has `uscc, revision`, each enterprise once."""
    if changed.is_empty():
        return
    connection.execute(queries.create_changed)
    copy_frame(connection, "changed", changed.select("uscc", "revision"))
    connection.execute(queries.mark_changed, {"policy": policy})
    refusals.mark_changed(connection, policy, all_enterprises=ALL_ENTERPRISES)


def is_due(connection: Connection, policy: str, quiet_seconds: float) -> bool:
    """Return whether enterprises are pending, their facts unchanged for `quiet_seconds`, and no evaluation is in progress.

    After an automatic evaluation has failed, the next one waits for RETRY_SECONDS.
    """
    quiet = {"policy": policy, "quiet": quiet_seconds, "at_most": PATIENCE * quiet_seconds}
    if not connection.execute(queries.is_quiet, quiet).scalar_one():
        return False
    values = {"kind": EVALUATION, "actor": AUTOMATIC_ACTOR, "retry": RETRY_SECONDS}
    return not connection.execute(queries.is_evaluation_open, values).scalar_one()


def try_lock(connection: Connection) -> bool:
    """Let no other worker start automatic evaluations until the transaction ends; returns False if one does already."""
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(AUTOMATIC_LOCK))).scalar_one())


def drop_pending_without_awards(connection: Connection, policy: str) -> None:
    """Drop what is pending if there is no award to restate, nor an evaluation in progress that may propose one."""
    connection.execute(queries.drop_pending_without_awards, {"policy": policy, "kind": EVALUATION})


def pending(connection: Connection, policy: str, at_most: int) -> Literal["all"] | list[str]:
    """Return the pending enterprises, the longest pending first, up to `at_most`; `all` if all are."""
    values = {"policy": policy, "all_enterprises": ALL_ENTERPRISES, "at_most": at_most}
    codes = list(connection.execute(queries.pending, values).scalars())
    return "all" if codes and codes[0] == ALL_ENTERPRISES else codes


def clear_reevaluated(
    connection: Connection,
    policy: str,
    scope: Literal["all"] | Sequence[str],
    *,
    revision: int,
    award_years: Sequence[int],
    every_year: bool,
    proposes_new: bool,
) -> None:
    """Remove the marks that an evaluation of `scope` at `revision` has dealt with, in the transaction that ends it."""
    values = {
        "policy": policy,
        "revision": revision,
        "all_enterprises": scope == "all",
        "scope": [] if scope == "all" else list(scope),
        "award_years": list(award_years),
        "every_year": every_year,
        "proposes_new": proposes_new,
    }
    connection.execute(queries.clear_reevaluated, values)
    connection.execute(queries.rewind_progress, values)
