"""Evaluations: a job that reads facts at a revision, evaluates, stores the outcomes and proposes what differs."""
