"""The catalogue of every fact, and `Facts` checked against it: the room's front door."""

from .declarations import CATALOGUE, DatasetFacts, FieldFacts
from .frames import LARGEST, Facts, FactsError

__all__ = ["CATALOGUE", "LARGEST", "DatasetFacts", "Facts", "FactsError", "FieldFacts"]
