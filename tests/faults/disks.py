"""File systems of a campaign's own, which it can fill to the last byte. They need the rights to mount, of Linux's root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

OWN_MOUNTS = "FAULTS_HAVE_OWN_MOUNTS"
_PIECES = (64 << 20, 1 << 20, 4 << 10)


def take_own_mounts() -> None:
    """Run this program again where its mounts are seen by nobody else and end with it, however it ends; if it may mount."""
    unshare = shutil.which("unshare")
    if OWN_MOUNTS in os.environ or os.geteuid() != 0 or unshare is None:
        return
    os.environ[OWN_MOUNTS] = "yes"
    os.execv(unshare, [unshare, "--mount", "--propagation", "private", sys.executable, *sys.orig_argv[1:]])


def may_mount() -> bool:
    """Return whether this process has mounts of its own."""
    return OWN_MOUNTS in os.environ


class Disk:
    """A file system (ext4 in a sparse file) mounted on a folder."""

    def __init__(self, folder: Path, mebibytes: int) -> None:
        """Make and mount it."""
        self._folder = folder
        self._ballast = folder / "ballast"
        folder.mkdir(parents=True, exist_ok=True)
        image = folder.with_name(f"{folder.name}.img")
        with image.open("wb") as file:
            file.truncate(mebibytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True)
        subprocess.run(["mount", "-o", "loop", image, folder], check=True)
        folder.chmod(0o1777)

    def close(self) -> None:
        """Take it away."""
        subprocess.run(["umount", "--lazy", self._folder], check=True)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no block free while the block of code runs."""
        with self._ballast.open("wb") as file:
            size = 0
            for piece in _PIECES:
                with suppress(OSError):
                    while True:
                        os.posix_fallocate(file.fileno(), size, piece)
                        size += piece
        try:
            yield
        finally:
            self._ballast.unlink()
