"""All of payout's tables."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, select

import services.payout.arrangements.tables
import services.payout.awards.tables
import services.payout.batches.tables
import services.payout.budgets.tables
import services.payout.checks.tables
import services.payout.funding.tables
import services.payout.ledger.tables
import services.payout.orders.tables
import services.payout.papers.tables
import services.payout.recoveries.tables
import services.payout.recovery_acts.tables
import services.payout.restorations.tables
import services.payout.tasks.tables  # noqa: F401 - importing a room's tables declares them
from services.payout.arrangements.tables import policy_units
from services.payout.metadata import metadata
from shared.database.queries import load
from shared.policies import POLICIES
from shared.system_tables import ServiceSchema

queries = load(__package__)


def install(connection: Connection) -> None:
    """Write the units and places of the installed policies; those of a policy that is no longer installed stay."""
    for policy in POLICIES.values():
        values = {"policy": policy.code, "units": [*policy.units], "jurisdictions": [*policy.covered]}
        connection.execute(queries.install_units, values)
        connection.execute(queries.install_jurisdictions, values)


def is_installed(connection: Connection) -> bool:
    """Return whether `install` has run for all installed policies."""
    return set(POLICIES) <= set(connection.execute(select(policy_units.c.policy).distinct()).scalars())


SCHEMA = ServiceSchema("payout", metadata, Path(__file__).with_name("migrations"), install, is_installed, "0008")
