"""Containers without an engine: processes in an image's files, as compose.yaml describes them, on a machine that is cut off.

What an engine does for the project's processes is done with mounts, `chroot` and `setpriv`: the image's own user and environment,
a read-only root, a /tmp of its own, no capabilities, the volumes that are named and no others. They share one network, which has
nothing but loopback: a service's name stands for an address of its own there, on which it listens (BIND_HOST).
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shlex
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from deploy.checks.tools import ToolFailedError, run

_CLONE_NEWNS, _CLONE_NEWNET = 0x0002_0000, 0x4000_0000
_SIOCSIFFLAGS, _IFF_UP_RUNNING = 0x8914, 0x41


def cut_off() -> None:
    """Give this process and those that it starts a network with loopback alone, and mounts of their own. Only for root."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS | _CLONE_NEWNET) != 0:
        raise ToolFailedError(f"no network and mounts of one's own: {os.strerror(ctypes.get_errno())}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP_RUNNING))
    run(["mount", "--make-rprivate", "/"])


@dataclass(frozen=True, slots=True)
class Image:
    """An image's files and configuration."""

    root: Path
    environment: Mapping[str, str]
    entrypoint: Sequence[str]
    command: Sequence[str]
    user: str
    folder: str


@contextmanager
def unpacked(name: str, tool: Sequence[str]) -> Iterator[Image]:
    """Unpack the image `name`, which buildah has: its configuration, and a copy of its files, to be written to."""
    found = orjson.loads(run([*tool, "inspect", "--type", "image", name]))["OCIv1"]["config"]
    container = run([*tool, "from", "--pull-never", name]).strip()
    try:
        yield Image(
            Path(run([*tool, "mount", container]).strip()),
            dict(each.split("=", 1) for each in found["Env"]),
            found.get("Entrypoint") or (),
            found.get("Cmd") or (),
            found.get("User", ""),
            found.get("WorkingDir") or "/",
        )
    finally:
        run([*tool, "rm", container])


def _inside(root: Path, path: str) -> Path:
    """Return where `path` of the container is; /var/run is a link to /run, which would lead out."""
    return root / (path.replace("/var/run/", "/run/", 1)).lstrip("/")


def _mounts(image: Image, service: Mapping[str, Any], volumes: Mapping[str, Path]) -> Iterator[str]:
    """Yield the commands that lay out a container's files."""
    root = shlex.quote(str(image.root))
    yield f"mount --bind {root} {root}"
    if service.get("read_only"):
        yield f"mount -o remount,bind,ro {root}"
    for kernel in ("/dev", "/proc"):
        yield f"mount --rbind {kernel} {root}{kernel}"
    for each in service.get("tmpfs", ()):
        yield f"mount -t tmpfs tmpfs {root}{each}"
    for each in service.get("volumes", ()):
        name, target, *mode = each.split(":")
        there = shlex.quote(str(_inside(image.root, target)))
        yield f"mount --bind {shlex.quote(str(volumes[name]))} {there}"
        if mode == ["ro"]:
            yield f"mount -o remount,bind,ro {there}"


def prepare(image: Image, service: Mapping[str, Any], volumes: Mapping[str, Path]) -> None:
    """Make what the volumes of `service` are mounted upon, as an engine does before a root becomes read-only."""
    for each in service.get("volumes", ()):
        name, target, *_ = each.split(":")
        there = _inside(image.root, target)
        if volumes[name].is_dir():
            there.mkdir(parents=True, exist_ok=True)
        else:
            there.parent.mkdir(parents=True, exist_ok=True)
            there.touch()


def command(
    image: Image, service: Mapping[str, Any], volumes: Mapping[str, Path], environment: Mapping[str, str]
) -> list[str]:
    """Return the command that runs `service` in the image's files, with `environment` beside its own and the image's."""
    user, _, group = image.user.partition(":")
    given = {**image.environment, **service.get("environment", {}), **environment}
    own = [*service.get("entrypoint", image.entrypoint), *service.get("command", image.command)]
    privileges = [f"--reuid={user}", f"--regid={group}", "--clear-groups", "--pdeathsig=TERM"]
    if service.get("cap_drop") == ["ALL"]:
        privileges += ["--bounding-set=-all", "--inh-caps=-all"]
    if "no-new-privileges:true" in service.get("security_opt", ()):
        privileges.append("--no-new-privs")
    run_it = ["chroot", str(image.root), "setpriv", *privileges, "env", "-i", f"--chdir={image.folder}"]
    run_it += [f"{name}={value}" for name, value in given.items()]
    run_it += [word.replace("$$", "$") for word in own]
    script = "\n".join(["set -eu", *_mounts(image, service, volumes), f"exec {shlex.join(run_it)}"])
    return ["unshare", "--mount", "--propagation=private", "sh", "-c", script]
