"""What lies around the system and needs more than Python: clients in three languages, linters, Prometheus, a browser."""
