"""Policy packages that exist for tests alone."""
