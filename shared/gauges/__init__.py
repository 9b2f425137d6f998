"""Gauges of a service's database: cheap ones are read on request, expensive ones are measured from time to time and stored."""
