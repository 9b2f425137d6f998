"""Tasks: what waits for whoever keeps the data, until when."""
