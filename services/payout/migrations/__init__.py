"""Alembic history of the payout database."""
