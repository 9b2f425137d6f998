# Every target does its own set-up: Python 3.11 or newer and a package index are all that is needed. `make help` lists them.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
UV_INDEX := $(or $(UV_INDEX_URL),$(PIP_INDEX_URL))
# A system is a dozen processes: each would compile all of the code for itself.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup hooks serve dev demo status prometheus check test test-ecosystem test-release test-upgrade test-image lint clients fuzz bench faults soak image sbom audit bundle openapi messages dashboards manifests lifecycle rulebook lock clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/installed ## Install the pinned dependencies and the command `subsidies` into .venv

$(VENV)/installed: requirements-dev.txt deploy/python/uv.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/python/uv.txt
	index="$(UV_INDEX)"; index="$${index:-$$($(RUN) -m pip config get global.index-url 2>/dev/null || true)}"; \
	$(VENV)/bin/uv pip install --quiet --compile-bytecode $${index:+--index-url "$$index"} --python $(RUN) --require-hashes -r requirements-dev.txt
	$(VENV)/bin/uv pip install --quiet --offline --no-deps --no-build-isolation --python $(RUN) --editable .
	@touch $@

hooks: setup ## Install git hooks: lint and types before a commit, `make check` before a push
	$(VENV)/bin/pre-commit install

serve: setup ## Start the whole system, empty, in the foreground (ports, STATE_DIR: see docs/operations.md)
	@exec $(RUN) -m deploy.local.serve

dev: setup ## Start the whole system, empty; a change of code restarts the services that it concerns
	@exec $(RUN) -m deploy.local.dev

demo: setup ## Show the main job on synthetic data; ARGS=--once ends by itself
	@exec $(RUN) -m deploy.local.demo $(ARGS)

status: setup ## Print links to the status pages of the system that runs on STATE_DIR, each with a token of the client ops
	@$(RUN) -m deploy.local.status_links

prometheus: setup ## Run a Prometheus beside the system that runs on STATE_DIR; prints where it answers
	@exec $(RUN) -m deploy.checks.prometheus

check: setup ## Lint, types and the nearest unit tests of what changed since the branch left main
	@$(RUN) -m deploy.dev.check

# Without T: everything.
test: WORKERS := 3
test: $(if $(T),setup,lint) ## Lint, types and all tests; T=tests/unit/payout runs only these tests; ARGS go to pytest
	$(RUN) -m pytest $(if $(T),$(T),-n $(WORKERS) --no-loadscope-reorder) $(ARGS)

test-ecosystem: setup ## Tests with clients in three languages, Prometheus and a browser, on one running system; skips with a warning what is missing
	$(RUN) -m pytest tests/ecosystem $(ARGS)

test-release: setup ## Install a release without an index, run the main job on PostgreSQL 15 to 17; takes minutes, skips what is missing
	$(RUN) -m pytest tests/release --ignore tests/release/test_two_versions.py --timeout 1200 $(ARGS)

test-upgrade: setup ## Upgrade from 0.1.0 under load, both versions side by side, and back; takes minutes, needs the history of a clone
	$(RUN) -m pytest tests/release/test_two_versions.py $(ARGS)

test-image: setup ## Build the image on Debian's packages, compare it with the pins, and run compose.yaml's system from it; needs root, Java, Maven
	$(RUN) -m pytest tests/image --timeout 1800 $(ARGS)

clients: setup ## Generate clients in Python, TypeScript and Java from docs/api into clients/ and compile them; ARGS="java" makes one
	$(RUN) -m deploy.checks.clients $(ARGS)

fuzz: setup ## Call every operation with inputs that Schemathesis generates, on a separate system; ARGS="payout --seconds 60"
	$(RUN) -m deploy.checks.fuzz $(ARGS)

lint: setup ## Formatting, lint, types, directions of imports
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench: setup ## Benchmarks, as ratios; writes docs/benchmarks.md
	$(RUN) -m tests.bench $(ARGS)

faults: setup ## Injects faults into real processes and checks invariants; ARGS="--faults 200 --seed 7"
	$(RUN) -m tests.faults $(ARGS)

soak: setup ## Run a steady load for half an hour and fail at what grows: memory, connections, files, lag; ARGS="--minutes 5"
	$(RUN) -m tests.soak $(ARGS)

image: setup ## Build the image of every process with docker, podman or buildah; PYTHON_IMAGE=python:…@sha256:… names its base
	@$(RUN) -m deploy.local.image

sbom: setup ## Write what is shipped as a CycloneDX document, build/sbom.cdx.json
	$(RUN) -m deploy.supply.sbom

audit: setup ## Check hashes, jars, images and known weaknesses of what is shipped; exit code 3 if something could not be checked
	$(RUN) -m deploy.supply.audit

bundle: setup ## Write a release that installs without a package index, build/bundle; ARGS="--key release.pem" signs its checksums
	$(RUN) -m deploy.supply.bundle $(ARGS)

openapi: setup ## Write the OpenAPI, AsyncAPI and event schema documents, docs/settings.md and the clients of the desk
	$(RUN) -m deploy.documents
	$(RUN) -m deploy.settings_page
	$(RUN) -m deploy.desk_clients

messages: setup ## Collect all messages into the catalogue of Chinese texts; names those without Chinese
	$(RUN) -m deploy.messages

dashboards: setup ## Write Grafana's dashboards and docs/metrics.md
	$(RUN) -m deploy.grafana

manifests: setup ## Write the Kubernetes manifests
	$(RUN) -m deploy.kubernetes

lifecycle: setup ## Write docs/lifecycle.md and docs/payment-order-lifecycle.md
	$(RUN) -m deploy.lifecycle

rulebook: setup ## Write docs/rulebook*.md from the policy's definitions
	$(RUN) -m deploy.rulebook

lock: setup ## Resolve the dependencies again and pin them with hashes
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" pyproject.toml --extra local --extra dev -o requirements-dev.txt
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" deploy/supply/requirements.in -o deploy/supply/requirements.txt
	echo uv | $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" - -o deploy/python/uv.txt

clean: ## Remove the environment, caches and local state
	rm -rf $(VENV) .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
