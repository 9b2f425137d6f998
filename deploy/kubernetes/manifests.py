"""What runs in a cluster: for each service an app, a worker and a relay; the desk; one migration job; who may speak with whom.

PostgreSQL, Kafka and the identity provider are the city's. Settings come from the ConfigMap `settings`, which an overlay makes;
secrets from one Secret per service, which the city makes: their keys are the names of the variables. The city also makes one
per user of Kafka, and the ConfigMaps `event-keys`, `authorities` and `offices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from services import kafka_rights
from services.databases import SCHEMAS

BASE = Path(__file__).with_name("base")
IMAGE = "ecommerce-subsidies"
METRICS_PORT = 9100
DRAIN_SECONDS = 10
TLS = "/etc/tls"
TLS_FILES = {"TLS_CERTIFICATE_FILE": "tls.crt", "TLS_KEY_FILE": "tls.key", "TLS_CA_FILE": "ca.crt"}
"""Where the Secret `<service>-tls` is mounted, and the settings that name its files."""
PORTS = {"registry": 8001, "eligibility": 8002, "payout": 8003, "desk": 8004}
PROCESSES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("registry", "eligibility", "payout"), ("app", "worker", "relay")),
    "desk": ("app",),
}
CALLED_BY = {
    "registry": ("eligibility", "payout", "desk"),
    "eligibility": ("payout", "desk"),
    "payout": ("eligibility", "desk"),
    "desk": (),
}
SECRETS = {
    "registry": ("REGISTRY_DATABASE_URL", "REGISTRY_ACCOUNT_KEY"),
    "eligibility": ("ELIGIBILITY_DATABASE_URL", "ELIGIBILITY_CLIENT_SECRET"),
    "payout": ("PAYOUT_DATABASE_URL", "PAYOUT_CLIENT_SECRET", "PAYOUT_FILE_SEAL_KEY"),
    "desk": ("DESK_CLIENT_SECRET", "DESK_SESSION_KEY"),
}
KAFKA_USERS = tuple(kafka_rights.users())
"""Processes with a user of their own on Kafka; the Secret `<process>-kafka` has its password."""
AUTHORITIES = "/etc/authorities"
"""Where the ConfigMap `authorities` is mounted: who signed the certificates of Kafka and PostgreSQL, in PEM."""
OFFICES = "/etc/offices"
"""Where the ConfigMap `offices` is mounted: the offices that papers name, in `offices.yaml`. The desk makes no papers."""
MEMORY = {"app": ("512Mi", "2Gi"), "worker": ("1Gi", "6Gi"), "relay": ("256Mi", "1Gi")}
"""What a process asks for and may take at most; workers hold an evaluation's frames (docs/benchmarks.md)."""
COPIES = 2
"""Of each process. Of relays one leads and the other waits."""

Document = dict[str, Any]


def files() -> Mapping[Path, str]:
    """Return every file of `base/` with its content."""
    made: dict[str, list[Document]] = {
        service: [
            *(_deployment(service, process) for process in PROCESSES[service]),
            _service(service),
            *(_disruption_budget(service, process) for process in PROCESSES[service]),
            _policy(service),
        ]
        for service in PORTS
    }
    made["migrate"] = [_migration()]
    made["kustomization"] = [_kustomization(sorted(made))]
    return {BASE / f"{name}.yaml": _written(documents) for name, documents in made.items()}


class _Plain(yaml.SafeDumper):
    """Writes what stands twice twice: nobody has to look an anchor up."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base class's parameter
        """Return that no value is written as a reference to another."""
        return True


def _written(documents: list[Document]) -> str:
    head = "# Written by `make manifests` from deploy/kubernetes/manifests.py; not edited by hand.\n"
    return head + yaml.dump_all(documents, Dumper=_Plain, sort_keys=False, width=120)


def _labels(service: str, process: str) -> dict[str, str]:
    return {"app.kubernetes.io/part-of": IMAGE, "service": service, "process": process}


def _metadata(service: str, process: str) -> Document:
    return {"name": f"{service}-{process}", "labels": _labels(service, process)}


_EVENT_KEYS: Document = {
    "name": "EVENT_KEYS",
    "valueFrom": {"configMapKeyRef": {"name": "event-keys", "key": "EVENT_KEYS"}},
}

_OFFICES: Document = {"name": "OFFICES_FILE", "value": f"{OFFICES}/offices.yaml"}


def _kafka_user(process: str) -> list[Document]:
    if process not in KAFKA_USERS:
        return []
    password = {"secretKeyRef": {"name": f"{process}-kafka", "key": "KAFKA_PASSWORD"}}
    return [{"name": "KAFKA_USER", "value": process}, {"name": "KAFKA_PASSWORD", "valueFrom": password}]


def _secret(service: str, variable: str) -> Document:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": f"{service}-secrets", "key": variable}}}


def _container(name: str, memory: tuple[str, str]) -> Document:
    return {
        "name": name,
        "image": IMAGE,
        "envFrom": [{"configMapRef": {"name": "settings"}}],
        "resources": {"requests": {"cpu": "250m", "memory": memory[0]}, "limits": {"memory": memory[1]}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a volume of the pod's own
            {"name": "authorities", "mountPath": AUTHORITIES, "readOnly": True},
            {"name": "tls", "mountPath": TLS, "readOnly": True},
            {"name": "offices", "mountPath": OFFICES, "readOnly": True},
        ],
    }


def _pod(service: str, container: Document, grace_seconds: int) -> Document:
    return {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": grace_seconds,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": "tmp", "emptyDir": {}},
            {"name": "authorities", "configMap": {"name": "authorities"}},
            {"name": "tls", "secret": {"secretName": f"{service}-tls"}},
            {"name": "offices", "configMap": {"name": "offices"}},
        ],
    }


def _deployment(service: str, process: str) -> Document:
    is_app = process == "app"
    container = _container(process, MEMORY[process])
    container["args"] = [f"services.{service}.{process}"]
    container["env"] = [
        {"name": "METRICS_PORT", "value": str(METRICS_PORT)},
        {"name": "DRAIN_SECONDS", "value": str(DRAIN_SECONDS)},
        *({"name": name, "value": f"{TLS}/{file}"} for name, file in TLS_FILES.items()),
        *(_secret(service, variable) for variable in SECRETS[service]),
        *([_EVENT_KEYS, _OFFICES] if service in SCHEMAS else []),
        *_kafka_user(f"{service}-{process}"),
    ]
    if process == "relay":
        container["env"].append(_secret(service, f"{service.upper()}_EVENT_KEY"))
    container["ports"] = [{"name": "probes", "containerPort": METRICS_PORT}]
    if is_app:
        container["ports"].append({"name": "https", "containerPort": PORTS[service]})
    alive = {"httpGet": {"path": "/healthz", "port": "probes"}, "timeoutSeconds": 5}
    container["startupProbe"] = alive | {"periodSeconds": 2, "failureThreshold": 60}
    container["livenessProbe"] = alive | {"periodSeconds": 10, "failureThreshold": 6}
    if is_app:
        container["readinessProbe"] = {"httpGet": {"path": "/readyz", "port": "probes"}, "periodSeconds": 3}
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": str(METRICS_PORT)}
    selector = {"service": service, "process": process}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(service, process),
        "spec": {
            "replicas": COPIES,
            "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {"labels": _labels(service, process), "annotations": annotations},
                "spec": _pod(service, container, 60 if is_app else 120),
            },
        },
    }


def _service(service: str) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": service, "labels": _labels(service, "app")},
        "spec": {
            "selector": {"service": service, "process": "app"},
            "ports": [{"name": "https", "port": PORTS[service], "targetPort": "https"}],
        },
    }


def _disruption_budget(service: str, process: str) -> Document:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(service, process),
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"service": service, "process": process}}},
    }


def _policy(service: str) -> Document:
    """Only the named callers reach the app: other services, the namespaces labelled for the gateway and for monitoring."""
    callers = [{"podSelector": {"matchLabels": {"service": caller}}} for caller in CALLED_BY[service]]
    named = [{"namespaceSelector": {"matchLabels": {f"{IMAGE}/may": purpose}}} for purpose in ("call", "monitor")]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": service},
        "spec": {
            "podSelector": {"matchLabels": {"service": service}},
            "policyTypes": ["Ingress"],
            "ingress": [
                {"from": [*callers, *named], "ports": [{"port": PORTS[service]}]},
                {"from": [named[1]], "ports": [{"port": METRICS_PORT}]},
            ],
        },
    }


def _migration() -> Document:
    container = _container("migrate", MEMORY["relay"])
    container["command"] = ["sh", "-ec"]
    container["args"] = ["python -m services.cli migrate\npython -m services.registry.seed\n"]
    container["env"] = [
        _secret(service, variable)
        for service in SCHEMAS
        for variable in (*SECRETS[service], f"{service.upper()}_OWNER_DATABASE_URL")
    ] + [_EVENT_KEYS]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migrate", "labels": {"app.kubernetes.io/part-of": IMAGE}},
        "spec": {
            "backoffLimit": 6,
            "ttlSecondsAfterFinished": 86_400,
            "template": {"spec": _pod("registry", container, 30) | {"restartPolicy": "Never"}},
        },
    }


def _kustomization(names: list[str]) -> Document:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [f"{name}.yaml" for name in names],
    }
