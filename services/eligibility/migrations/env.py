"""Alembic environment of the eligibility database."""

from alembic import context

from shared.database.migrate import run_environment

run_environment("eligibility", context.config.attributes["connection"])
