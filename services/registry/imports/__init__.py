"""Import files: rows go into the store as one revision, and errors come back by line and field."""
