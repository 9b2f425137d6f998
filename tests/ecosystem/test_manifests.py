"""The manifests as a cluster gets them: every overlay rendered by kustomize, valid, and complete."""

from __future__ import annotations

import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.checks import tools
from deploy.kubernetes.manifests import BASE, KAFKA_USERS, PROCESSES

OVERLAYS = sorted(each.parent for each in BASE.parent.glob("overlays/*/kustomization.yaml"))
DEPLOYMENTS = {f"{service}-{process}" for service, processes in PROCESSES.items() for process in processes}
SECRET_WORDS = ("PASSWORD", "SECRET", "DATABASE_URL", "_KEY")
Document = dict[str, Any]


@pytest.fixture(scope="module", params=OVERLAYS, ids=lambda folder: folder.name)
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An overlay as kustomize renders it."""
    file = tmp_path_factory.mktemp("rendered") / "all.yaml"
    file.write_text(tools.run([tools.kustomize(), "build", request.param]), "utf-8")
    return file


def documents(rendered: Path, kind: str) -> dict[str, Document]:
    found = yaml.safe_load_all(rendered.read_text("utf-8"))
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


def containers(rendered: Path) -> Iterator[tuple[str, Document]]:
    for name, each in (documents(rendered, "Deployment") | documents(rendered, "Job")).items():
        (container,) = each["spec"]["template"]["spec"]["containers"]
        yield name, container


def refusal(file: Path) -> str:
    """What kubernetes-validate says against the manifests in `file`; its schemas come with it."""
    tool = Path(sysconfig.get_path("scripts")) / "kubernetes-validate"
    command = [str(tool), "--strict", "--no-warn", "--quiet", str(file)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return said.stdout + said.stderr if said.returncode else ""


def test_every_overlay_is_valid(rendered: Path) -> None:
    assert refusal(rendered) == ""


def test_every_process_has_probes_resources_and_a_disruption_budget(rendered: Path) -> None:
    deployments, budgets = documents(rendered, "Deployment"), documents(rendered, "PodDisruptionBudget")
    assert set(deployments) == set(budgets) == DEPLOYMENTS
    for name, deployment in deployments.items():
        spec, template = deployment["spec"], deployment["spec"]["template"]
        (container,) = template["spec"]["containers"]
        assert {"startupProbe", "livenessProbe"} <= set(container)
        assert ("readinessProbe" in container) == name.endswith("-app")
        ports = {port["name"] for port in container["ports"]}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container.get(probe, {"httpGet": {"port": "probes"}})["httpGet"]["port"] in ports
        assert {"cpu", "memory"} <= set(container["resources"]["requests"]) and container["resources"]["limits"][
            "memory"
        ]
        assert budgets[name]["spec"]["minAvailable"] < spec["replicas"], "a node could never be drained"
        assert budgets[name]["spec"]["selector"] == spec["selector"]
        assert spec["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()


def test_every_service_is_reached_by_named_callers_alone(rendered: Path) -> None:
    policies, services = documents(rendered, "NetworkPolicy"), documents(rendered, "Service")
    assert set(policies) == set(services) == set(PROCESSES)
    for name, policy in policies.items():
        assert policy["spec"]["podSelector"]["matchLabels"] == {"service": name}
        assert policy["spec"]["policyTypes"] == ["Ingress"]
        assert all(rule["from"] and rule["ports"] for rule in policy["spec"]["ingress"])
        port = services[name]["spec"]["ports"][0]["port"]
        called = [each for each in policy["spec"]["ingress"][0]["from"] if "podSelector" in each]
        assert not called or f"https://{name}:{port}" in _settings(rendered).values(), "its callers find it elsewhere"


def test_secrets_are_named_and_never_written(rendered: Path) -> None:
    for name, container in containers(rendered):
        for variable in container["env"]:
            if variable["name"].endswith(SECRET_WORDS) and variable["name"] != "EVENT_KEYS":
                assert variable["valueFrom"]["secretKeyRef"]["key"] == variable["name"], name
    assert documents(rendered, "Secret") == {}
    assert not any(name.endswith(SECRET_WORDS) for name in _settings(rendered))
    users = [
        each["value"]
        for _, container in containers(rendered)
        for each in container["env"]
        if each["name"] == "KAFKA_USER"
    ]
    assert sorted(users) == sorted(KAFKA_USERS)


def test_every_image_is_named_by_digest_and_runs_without_privileges(rendered: Path) -> None:
    for _, container in containers(rendered):
        assert "@sha256:" in container["image"]
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"]
        assert context["capabilities"] == {"drop": ["ALL"]}
        settings = {each["configMapRef"]["name"] for each in container["envFrom"]}
        assert settings <= set(documents(rendered, "ConfigMap")), (
            "the name that kustomize made of the settings' content"
        )


def test_the_migration_runs_once_as_the_owner_and_no_process_has_that_right(rendered: Path) -> None:
    [(name, job)] = documents(rendered, "Job").items()
    spec = job["spec"]
    assert (name, spec.get("completions", 1), spec.get("parallelism", 1)) == ("migrate", 1, 1)
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    owners = {each for each, container in containers(rendered) for v in container["env"] if "OWNER" in v["name"]}
    assert owners == {"migrate"}


def test_a_rendered_manifest_with_a_mistake_is_refused(rendered: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(rendered.read_text("utf-8").replace("minAvailable: 1", "minAvailabel: 1", 1), "utf-8")
    assert "minAvailabel" in refusal(wrong)


def _settings(rendered: Path) -> dict[str, str]:
    (data,) = (each["data"] for name, each in documents(rendered, "ConfigMap").items() if name.startswith("settings"))
    return {str(name): str(value) for name, value in data.items()}
