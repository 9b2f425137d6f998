"""Write the CycloneDX document of what is shipped: `python -m deploy.supply.write_sbom FILE SITE_PACKAGES…`.

It runs in an environment of its own (`requirements.txt` beside it). The same repository gives the same bytes.
"""

from __future__ import annotations

import sys
from importlib.metadata import PackageMetadata, distributions
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from deploy.supply import inventory
from shared.version import VERSION

INDEX = "https://pypi.org/project"


def licence(metadata: PackageMetadata | None) -> list[object]:
    """Return what a package's metadata say of its licence, if they say it in a line."""
    if metadata is None:
        return []
    stated = metadata.get("License-Expression") or metadata.get("License") or ""
    if not stated or "\n" in stated:
        classified = [each for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")]
        stated = classified[0].rpartition(":: ")[2] if classified else ""
    return [LicenseFactory().make_from_string(stated)] if stated else []


def hashed(sha256: str) -> HashType:
    """Return a SHA-256 as the document writes it."""
    return HashType(alg=HashAlgorithm.SHA_256, content=sha256)


def package(pinned: inventory.Package, metadata: PackageMetadata | None) -> Component:
    """Return a Python package; each of its files may be the one that is installed."""
    url = PackageURL("pypi", None, pinned.name, pinned.version)
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(f"{INDEX}/{pinned.name}/{pinned.version}/#files"),
        hashes=map(hashed, pinned.sha256),
    )
    return Component(
        name=pinned.name,
        version=pinned.version,
        bom_ref=str(url),
        purl=url,
        licenses=licence(metadata),
        external_references=[files],
    )


def script(listed: inventory.Script) -> Component:
    """Return a script that the desk's pages load."""
    url = PackageURL("npm", None, listed.package, listed.version)
    return Component(
        name=listed.package,
        version=listed.version,
        bom_ref=str(url),
        purl=url,
        hashes=[hashed(listed.sha256)],
    )


def jar(listed: inventory.Jar) -> Component:
    """Return a jar of the local broker, which no image contains."""
    url = PackageURL("maven", listed.group, listed.artifact, listed.version)
    return Component(
        name=listed.artifact,
        group=listed.group,
        version=listed.version,
        bom_ref=str(url),
        purl=url,
        scope=ComponentScope.OPTIONAL,
        hashes=[hashed(listed.sha256)],
    )


def image(named: inventory.Image) -> Component:
    """Return an image; with the digest that the installation has examined, if it has."""
    digest = f"sha256:{named.digest}" if named.digest else None
    name = named.name.rpartition("/")[2]
    url = PackageURL("oci", None, name, digest, {"repository_url": named.name, "tag": named.tag})
    return Component(
        type=ComponentType.CONTAINER,
        name=named.name,
        version=named.tag,
        bom_ref=str(url),
        purl=url,
        hashes=[hashed(named.digest)] if named.digest else [],
    )


def main(file: str, *folders: str) -> None:
    """Write the document."""
    known = {each.metadata["Name"].lower().replace("_", "-"): each.metadata for each in distributions(path=folders)}
    bom = Bom()
    bom.metadata.component = Component(type=ComponentType.APPLICATION, name="ecommerce-subsidies", version=VERSION)
    bom.metadata.component.bom_ref.value = "ecommerce-subsidies"
    bom.metadata.timestamp = None
    bom.components.update(package(each, known.get(each.name)) for each in inventory.packages())
    bom.components.update(map(script, inventory.scripts()))
    bom.components.update(map(jar, inventory.jars()))
    bom.components.update(map(image, inventory.images()))
    bom.register_dependency(bom.metadata.component, bom.components)
    bom.serial_number = UUID(int=0)
    bom.serial_number = uuid5(NAMESPACE_URL, JsonV1Dot6(bom).output_as_string())
    document = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(document):
        raise ValueError(str(wrong))
    Path(file).write_text(document, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
