"""Approvals: what officers do with proposals: approve, alone or thousands at once, reject, suspend, resume."""
