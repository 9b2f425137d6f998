"""HTTP, the same for the three services: app factory, problems, tokens and scopes, idempotency, pages."""
