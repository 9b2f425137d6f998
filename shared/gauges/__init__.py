"""Gauges of a service's database: cheap ones are read on request, expensive ones are computed by a worker and stored."""
