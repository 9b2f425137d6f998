"""Alembic environment of the registry database."""

from alembic import context

from shared.database.migrate import run_environment

run_environment("registry", context.config.attributes["connection"])
