"""The append-only store: change sets in, and what was known at any revision out."""
