"""Tables on the wire."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.registry.revisions.formats import gathered

#: More than the few pieces that become one.
LARGE = 65_536


@given(st.lists(st.one_of(st.binary(max_size=40), st.integers(0, 3 * LARGE).map(bytes)), max_size=12))
def test_pieces_put_together_are_the_same_bytes(pieces: list[bytes]) -> None:
    sent = list(gathered(iter(pieces)))
    assert b"".join(sent) == b"".join(pieces)
    assert all(len(piece) >= LARGE for piece in sent[:-1])
    assert all(sent)
