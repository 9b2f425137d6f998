"""The check digit of unified social credit codes, for a whole column at once.

It tells the same as `shared.identifiers.is_uscc`, which a test holds it to; a million codes take a tenth of a second
instead of fifteen.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import polars as pl

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SHAPE = f"^[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}$"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_VALUES = pl.Series([max(_ALPHABET.find(chr(byte)), 0) for byte in range(256)], dtype=pl.Int64)


def valid(codes: pl.Series) -> pl.Series:
    """Tell for each of `codes` (text, upper case) whether it is valid; null stays null."""
    unique = codes.drop_nulls().unique()
    shaped = unique.filter(unique.str.contains(_SHAPE)).alias("code")
    if shaped.is_empty():
        return codes.is_in(shaped.implode())
    letters = shaped.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, 18)).explode()
    digits = pl.DataFrame(
        {"code": shaped, "digit": _VALUES.gather(letters.cast(pl.UInt32)).reshape((shaped.len(), 18))}
    )
    total = reduce(add, (pl.col("digit").arr.get(place) * weight for place, weight in enumerate(_WEIGHTS)))
    good = digits.filter((31 - total % 31) % 31 == pl.col("digit").arr.get(17)).get_column("code")
    return codes.is_in(good.implode())
