"""The whole system on one machine, for development, tests and demonstrations: it starts its own database and broker."""
