"""One declaration per dataset: tables, routes, JSON Schema, import columns and OpenAPI follow from it."""
