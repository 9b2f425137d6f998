"""Search enterprises by name or code, and show everything that is known about one."""
