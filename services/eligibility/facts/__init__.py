"""Facts: what is known about enterprises, as typed frames. Pure."""
