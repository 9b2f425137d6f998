"""Serves the five awards by OpenFisca's own web API, as `openfisca serve` does, with one worker: `serve.py PORT`."""

from __future__ import annotations

import sys

from openfisca_web_api.app import create_app
from openfisca_web_api.scripts.serve import OpenFiscaWebAPIApplication
from system import system


class Application(OpenFiscaWebAPIApplication):
    """The web API of these rules, which are no installed package."""

    def load(self) -> object:
        """Make the app."""
        return create_app(system())


if __name__ == "__main__":
    Application({"bind": f"127.0.0.1:{sys.argv[1]}", "workers": 1, "loglevel": "warning"}).run()
