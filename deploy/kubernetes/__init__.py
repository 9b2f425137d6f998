"""Manifests for Kubernetes, made from a declaration of the processes. `python -m deploy.kubernetes` writes `base/`."""
