"""Alembic environment of the payout database."""

from alembic import context

from shared.database.migrate import run_environment

run_environment("payout", context.config.attributes["connection"])
