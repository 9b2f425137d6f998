"""Amounts in capitals (人民币大写), as financial documents write them."""

from __future__ import annotations

from cn2an import an2cn


def capitals(fen: int) -> str:
    """Return an amount of 0 or more fen in capitals: 6000000 → `人民币陆万元整`."""
    if fen < 0:
        raise ValueError("an amount in capitals is not negative")
    return f"人民币{an2cn(f'{fen // 100}.{fen % 100:02d}', 'rmb')}"
