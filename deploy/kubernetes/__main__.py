"""Write `base/`, and the rights of Kafka's users (`make manifests`)."""

from __future__ import annotations

from deploy.kafka import rights
from deploy.kubernetes.manifests import files


def main() -> None:
    """Write every file."""
    for file, content in {**files(), rights.SCRIPT: rights.script()}.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")


if __name__ == "__main__":
    main()
