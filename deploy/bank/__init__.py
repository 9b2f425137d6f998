"""A bank that takes payment files and answers them, and misbehaves by a seed: for the demonstration, tests and faults."""
