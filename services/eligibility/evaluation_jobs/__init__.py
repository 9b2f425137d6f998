"""Evaluations: a job that reads facts at a revision, judges, keeps what it found and proposes what differs."""
