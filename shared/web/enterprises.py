"""Enterprises as callers: the claim `uscc` of a token counts only for one that the registry knows."""

from __future__ import annotations

import threading
from collections.abc import Callable

from cachetools import TTLCache

from shared.errors import Forbidden
from shared.i18n import N_

_REMEMBERED = 4_096
_REMEMBERED_SECONDS = 300


class UnknownEnterprise(Forbidden):
    """The enterprise that a token names is not in the registry."""

    code = "unknown-enterprise"
    title = N_("The enterprise of the token is not known")


class Enterprises:
    """The enterprises of the registry; one that was found is remembered for five minutes."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        """Ask `is_known` about a unified social credit code."""
        self._is_known = is_known
        self._found: TTLCache[str, bool] = TTLCache(_REMEMBERED, _REMEMBERED_SECONDS)
        self._lock = threading.Lock()

    def require(self, uscc: str) -> None:
        """Raise UnknownEnterprise for a code that belongs to nobody, Unavailable if the registry does not answer."""
        with self._lock:
            if uscc in self._found:
                return
        if not self._is_known(uscc):
            raise UnknownEnterprise("The token names an enterprise that the registry does not know.")
        with self._lock:
            self._found[uscc] = True
