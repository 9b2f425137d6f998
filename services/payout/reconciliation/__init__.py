"""Reconciliation: what is kept in two places must agree; each difference is named."""
