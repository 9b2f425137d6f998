"""The image built from the Dockerfile, and the whole system from it as compose.yaml describes it (`make test-image`).

What the machine lacks is skipped, and the reason printed at the end.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from deploy.checks import tools
from deploy.checks.containers import Image, cut_off, unpacked
from deploy.checks.tools import MissingToolError
from deploy.local.broker import local_broker
from deploy.local.image import build
from tests.image.installation import Installation

NAME = "localhost/ecommerce-subsidies:test"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Skip a test whose fixture asks for a tool that is not to be had."""
    try:
        return (yield)
    except MissingToolError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def image() -> Iterator[Image]:
    """The image, built on a base of Debian's packages. All that comes from a network is fetched before this returns."""
    if os.geteuid() != 0:
        pytest.skip("only root can run processes with another root, network and user")
    build(tools.buildah(), tools.python_image(), NAME)
    tools.kafka_tools()
    with unpacked(NAME, tools.buildah()) as image:
        yield image


@pytest.fixture(scope="session")
def machine(image: Image, session_state: Path) -> Path:
    """The folder of an installation, on a machine that is cut off: from here on there is nothing but loopback."""
    local_broker(session_state / "jars", session_state / "jars.log", "kafka")  # fetches Kafka's jars
    cut_off()
    return session_state


@pytest.fixture(scope="session")
def installation(machine: Path, image: Image) -> Iterator[Installation]:
    """The system of compose.yaml, running."""
    installation = Installation(machine / "installation", image)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()
