"""The catalogue of every fact, and `Facts` checked against it: the room's front door."""

from .declarations import CATALOGUE, LARGEST, DatasetFacts, FieldFacts
from .frames import Facts, FactsError

__all__ = ["CATALOGUE", "LARGEST", "DatasetFacts", "Facts", "FactsError", "FieldFacts"]
