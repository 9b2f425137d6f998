"""Reconciliation: what is stored in two places must agree; each difference is named."""
