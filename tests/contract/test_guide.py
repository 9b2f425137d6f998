"""Every command of the operations guide is run by a test."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.guide import MARK, blocks, commands

ROOT = Path(__file__).parents[2]


def test_every_block_says_which_test_runs_it() -> None:
    unmarked = [f"{page}: {text[:60]}" for page, before, text in blocks() if not MARK.fullmatch(before)]
    assert unmarked == []
    files = {file for file, _ in commands().values()}
    run = {
        (file, name) for file in files for name in re.findall(r'run\(\s*"([a-z-]+)"', (ROOT / file).read_text("utf-8"))
    }
    assert run == {(file, name) for name, (file, _) in commands().items()}
