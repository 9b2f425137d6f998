"""The scripts of the desk's pages, from npm packages pinned by their integrity: `python -m deploy.supply.vendor` fetches them.

They are committed, so that nothing is fetched or built where the desk runs; `files.txt` holds the SHA-256 of each.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.supply.inventory import NPM, SCRIPTS, STATIC

SOURCES = {"chart.js": ("dist/chart.umd.min.js", "chart.min.js"), "htmx.org": ("dist/htmx.min.js", "htmx.min.js")}
"""The file of each package that is taken, and what it is called here."""


def main() -> int:
    """Fetch the packages and take their scripts; returns the exit code."""
    with TemporaryDirectory() as folder:
        for file in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(NPM / file, folder)
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=folder, check=False)  # noqa: S607
        if done.returncode:
            print("npm cannot fetch the packages that deploy/supply/npm pins.", file=sys.stderr)
            return done.returncode
        for package, (source, name) in SOURCES.items():
            shutil.copyfile(Path(folder, "node_modules", package, source), STATIC / name)
    lines = [
        f"{sha256((STATIC / name).read_bytes()).hexdigest()} {package} {name}" for package, (_, name) in SOURCES.items()
    ]
    SCRIPTS.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
