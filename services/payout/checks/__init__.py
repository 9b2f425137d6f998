"""Checks before payment: what the registry says of payees and projects now, and samples for verification."""
