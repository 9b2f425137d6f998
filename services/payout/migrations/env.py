"""Alembic environment of the payout database."""

from alembic import context

from services.payout.schema import SCHEMA
from shared.migrations import run_environment

run_environment(SCHEMA, context.config.attributes["connection"])
