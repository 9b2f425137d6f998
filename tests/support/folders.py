"""Where tests keep what nothing has to survive."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - a file system, in which each test session makes a folder of its own
_LEAST_FREE_BYTES = 4 * 1024**3


def in_memory() -> Path | None:
    """Return a file system in memory that can hold servers' data, or None where there is none with space enough.

    A database is copied and dropped for each test, some five hundred files: on a disk that is most of a test's time.
    """
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _LEAST_FREE_BYTES:
        return None
    return _MEMORY
