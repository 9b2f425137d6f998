"""The catalogue of every fact, and `Facts` checked against it: the room's front door."""

from services.eligibility.facts.declarations import CATALOGUE, LARGEST, DatasetFacts, FieldFacts
from services.eligibility.facts.frames import Facts, FactsError

__all__ = ["CATALOGUE", "LARGEST", "DatasetFacts", "Facts", "FactsError", "FieldFacts"]
