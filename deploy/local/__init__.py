"""The whole system on one machine, with its own database and broker: for development, tests and demonstrations."""
