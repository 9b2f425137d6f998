"""The engine: a pure function of facts, policy, interpretations, award years and decision day."""

#: Changes with every change of an outcome or of an explanation.
ENGINE_VERSION = "2.0.0"
