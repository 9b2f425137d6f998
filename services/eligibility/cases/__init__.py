"""A decision as one case: everything that was done to it, and what can be done now."""
