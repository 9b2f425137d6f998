"""Grafana's dashboards, written in Python: `make dashboards` writes their JSON, which is committed."""
