"""Books, readings and parameters: the room's front door. `library` knows which policies there are."""

from .domain import Book, CoverageLine, Reading, Readings, ReadingsError
from .library import POLICIES, UnknownPolicyError, load_book
from .package import PackageError, read_package
from .parameters import ParameterError, ParameterValues

__all__ = [
    "POLICIES",
    "Book",
    "CoverageLine",
    "PackageError",
    "ParameterError",
    "ParameterValues",
    "Reading",
    "Readings",
    "ReadingsError",
    "UnknownPolicyError",
    "load_book",
    "read_package",
]
