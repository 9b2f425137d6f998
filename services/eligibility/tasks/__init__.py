"""Tasks: what waits for officers and enterprises here, until when."""
