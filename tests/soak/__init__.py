"""A soak: a steady load for half an hour, and what must not grow meanwhile (`make soak`)."""
