"""Evaluation: a pure function of facts, policy book, readings, award years and decision day."""

#: Changes with every change of what an evaluation gives or how an explanation is written.
ENGINE_VERSION = "1.0.1"
