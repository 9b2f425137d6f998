"""`make sbom`: write what is shipped as a CycloneDX document (build/sbom.cdx.json). The same repository gives the same bytes."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from deploy.supply.environment import NoToolsError, scripts
from deploy.supply.inventory import ROOT

FILE = ROOT / "build/sbom.cdx.json"


def write(file: Path) -> None:
    """Write the document to `file`; raises NoToolsError. Licences are those of the packages that are installed here."""
    file.parent.mkdir(parents=True, exist_ok=True)
    python, packages = scripts() / "python", sysconfig.get_path("purelib")
    subprocess.run([python, "-m", "deploy.supply.write_sbom", str(file.resolve()), packages], check=True, cwd=ROOT)


def main() -> int:
    """Write it where people look for it; returns the exit code."""
    try:
        write(FILE)
    except NoToolsError as error:
        print(f"The tools in deploy/supply/requirements.txt cannot be installed: {error}", file=sys.stderr)
        return 1
    print(FILE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
