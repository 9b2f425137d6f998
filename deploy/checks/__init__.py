"""Checks that need more than Python: clients in three languages, linters, Prometheus, a browser."""
