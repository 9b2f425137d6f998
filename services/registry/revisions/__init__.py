"""The append-only store: change sets become revisions, and what was known at any revision can be read."""
