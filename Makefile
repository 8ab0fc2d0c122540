# The contents page. Each recipe is one line that can be typed by hand too; `make` alone prints this page.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh

# The one place where the order of the stages stands.
PIPELINE := lint test-unit fetch validate build check push deploy accept

INSTANCE ?= dev
ENV ?= local
PYTHON ?= python3
OUT ?= .seatrial/$(INSTANCE)/example
MODEL ?= $(OUT)/model
GOLDEN ?= $(OUT)/golden
export SEATRIAL_INSTANCE := $(INSTANCE)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# What stands on this machine is asked directly, whatever proxy leads to the rest.
export NO_PROXY := 127.0.0.0/8,localhost,.seatrial.test,$(or $(NO_PROXY),$(no_proxy))
export no_proxy := $(NO_PROXY)
ifdef STORE
export SEATRIAL_STORE__URL := $(STORE)
endif
ifdef REGISTRY
export SEATRIAL_REGISTRY__ADDRESS := $(REGISTRY)
endif
ifdef KUBECONTEXT
export SEATRIAL_CLUSTER__CONTEXT := $(KUBECONTEXT)
endif
SETUP := .venv/.installed

##@ On one machine, no cloud account
up: setup cloud bootstrap-all example publish ## everything: local cloud, model, pipeline; prints the URL
	@seatrial current --env $(ENV) 2>/dev/null || { $(MAKE) --no-print-directory pipeline && seatrial current --env $(ENV); }
down: setup ## remove the instance (ENGINE=1: an engine that we started, too; KEEP_IMAGES=1: not what it built)
	@localcloud down $(if $(ENGINE),--engine) $(if $(KEEP_IMAGES),--keep-images)
status: setup ## what runs: part, version, address, state, memory, logs
	@localcloud status
doctor: setup ## what is missing on this machine, and the cure
	@seatrial doctor
prune: setup ## remove old reports and images that no release and no lock refers to (DRY_RUN=1, YES=1)
	@seatrial prune $(if $(DRY_RUN),--dry-run) $(if $(YES),--yes)
clean: ## local build output: caches, coverage, compiled files (no registry, no report, no cluster)
	@rm -rf .seatrial/pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage dist build && find src tests bench examples -name __pycache__ -prune -exec rm -rf {} +
cloud: setup ## start the local cloud (Blob, registry, cluster, load balancer, DNS)
	@localcloud up
example: setup ## build the example model and its golden set
	@python -m examples.imagenet $(OUT)

##@ Development
setup: $(SETUP) ## the virtual environment, from the lock, by hash
$(SETUP): requirements/uv.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { apt-get update -qq && apt-get install -y -qq python3-venv; }
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@.venv/bin/python -m pip install -q --require-hashes -r requirements/uv.txt
	@.venv/bin/uv pip sync -q --python .venv --compile-bytecode --require-hashes requirements/dev.txt
	@.venv/bin/uv pip install -q --python .venv --no-deps --no-build-isolation -e .
	@touch $@
lock: ## lock the dependency groups again, with hashes
	@.venv/bin/uv pip compile $(LOCK) requirements/uv.in -o requirements/uv.txt --universal --python-version 3.11
	@.venv/bin/uv pip compile $(LOCK) --group pyproject.toml:dev -o requirements/dev.txt --universal --python-version 3.11
	@.venv/bin/uv pip compile $(LOCK) --group pyproject.toml:app -o requirements/app.txt --python-version 3.13 --python-platform x86_64-manylinux_2_28
LOCK := -q --generate-hashes --no-header --no-emit-index-url --no-annotate
format: setup ## write the code in the house's style
	@ruff format -q . && ruff check -q --fix .
lint: setup lint-workflows ## style, types, who may import whom, workflows
	@ruff check -q . && ruff format -q --check . && mypy && lint-imports
lint-workflows: setup
	@actionlint -shellcheck= -pyflakes= && zizmor --offline --no-progress -q .github
test: setup ## unit, integration and e2e, on an instance of their own
	@$(MAKE) --no-print-directory test-all INSTANCE=test ENV=staging; code=$$?; $(if $(KEEP),:,$(MAKE) --no-print-directory down INSTANCE=test) && exit $$code
test-all: lint test-unit cloud bootstrap-all example publish pipeline test-integration test-e2e test-release
test-unit: setup ## no network, no Docker, seconds
	@pytest -q -n 4 --dist worksteal tests/unit
test-integration: setup ## real Blob, real registry, the built image under testcontainers
	@pytest -q --durations=15 tests/integration
test-e2e: setup ## the acceptance suite: URL=… or ENV=…, EXPECT=<version or digest>
	@pytest -q tests/e2e/acceptance $(if $(URL),--url $(URL),--env $(ENV)) $(if $(EXPECT),--expect $(EXPECT))
test-release: setup ## releases, refusals and rollbacks on the tests' own cluster
	@pytest -q --durations=15 tests/e2e/release -m "not faults and not long"
test-long: setup ## promotion, scaling, a release by the deployer's rights alone (INSTANCE=test, minutes)
	@pytest -q --durations=15 tests/e2e/release -m long
test-faults: setup ## each fault that a release may meet, on the tests' own cluster (INSTANCE=test, minutes)
	@pytest -q --durations=15 tests/e2e/release -m faults
bench-release: setup ## three releases, every fault, code and model changes, under load (INSTANCE=test)
	@PYTHONPATH=tests python -m bench.release
bench-scale: setup ## load doubles, replicas follow, latency returns: a plot
	@PYTHONPATH=tests python -m bench.scale

##@ The model
publish: setup ## MODEL=dir GOLDEN=dir into the store, once and for ever
	@seatrial publish $(MODEL) --golden $(GOLDEN) $(if $(FORCE),,--if-absent)
update: setup ## model.lock to the channel's newest model, if it validates
	@seatrial update
fetch: setup ## the locked model and golden set, verified
	@seatrial fetch
validate: setup ## card, safety, golden labels, the live model
	@seatrial validate

##@ The image
build: setup ## one image: app and model
	@seatrial build
check: setup ## the built image under testcontainers
	@seatrial check
push: setup ## to the private registry; what arrived is what was checked
	@seatrial push

##@ The release (ENV=local|staging|production)
bootstrap: setup ## once, by an administrator: namespace, rights, pull secret
	@seatrial bootstrap --env $(ENV)
bootstrap-all: setup
	@seatrial bootstrap --env local --env staging --env production
deploy: setup ## candidate in the empty slot, previewed, switched: pending (IMAGE=repo@sha256:…)
	@seatrial deploy --env $(ENV) $(if $(IMAGE),--image $(IMAGE))
accept: setup ## bake, verdict on the live address: stable, or switched back
	@seatrial accept --env $(ENV)
promote: setup ## FROM=staging to ENV=production: what it accepted, the same digest (APPROVED_BY=name)
	@seatrial promote --env $(ENV) --from $(or $(FROM),staging) $(if $(IMAGE),--image $(IMAGE))
rollback: setup ## to the stable release (or the stable before it)
	@seatrial rollback --env $(ENV)
history: setup ## what was released, by whom, and how it ended; * serves
	@seatrial history --env $(ENV)
trace: setup ## WHAT=answer.json|request|pod|image|release|model|commit: the chain behind it
	@seatrial trace $(if $(WHAT),'$(WHAT)')
pipeline: $(PIPELINE) ## the whole chain, in order

help:
	@awk 'BEGIN{FS=":.*## "} /^##@/{printf "\n%s\n",substr($$0,5)} /^[a-z0-9-]+:.*## /{split($$1,t," ");printf "  %-18s %s\n",t[1],$$2}' $(MAKEFILE_LIST)
	@printf '\npipeline = %s\n' '$(PIPELINE)'

.PHONY: bench-scale bench-release test-faults test-long up down status doctor prune clean cloud example setup lock format lint lint-workflows test test-all test-unit test-integration test-e2e test-release publish update fetch validate build check push bootstrap bootstrap-all deploy accept promote rollback history trace pipeline help
