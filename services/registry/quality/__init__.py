"""Reports on missing and odd data, per award that they affect. Such rows are never refused."""
