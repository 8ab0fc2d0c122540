# Every recipe can be typed by hand. `make` alone prints the targets.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh

# The order of the stages. Tests compare README and workflows with it.
PIPELINE := lint test-unit fetch validate build check push deploy accept
# What the tests' instance needs before integration and end-to-end tests.
TEST_INSTANCE := cloud bootstrap-all example publish pipeline

INSTANCE ?= dev
ENV ?= local
PYTHON ?= python3
SCHEDULES ?= 20000
# What `make publish` publishes if no MODEL=, GOLDEN= or EVALUATION= is given.
EXAMPLE := .seatrial/$(INSTANCE)/example
export SEATRIAL_INSTANCE := $(INSTANCE)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Requests to this machine must not go through an HTTP proxy.
export NO_PROXY := 127.0.0.0/8,localhost,.seatrial.test,$(or $(NO_PROXY),$(no_proxy))
export no_proxy := $(NO_PROXY)
export WHY
export ACCEPT_LABELS
ifdef GITHUB_BASE_REF
export SEATRIAL_MODEL__BASE_BRANCH := $(GITHUB_BASE_REF)
endif
ifdef STORE
export SEATRIAL_STORE__URL := $(value STORE)
endif
ifdef REGISTRY
export SEATRIAL_REGISTRY__ADDRESS := $(REGISTRY)
endif
ifdef KUBECONTEXT
export SEATRIAL_CLUSTER__CONTEXT := $(KUBECONTEXT)
endif
# The live address of ENV. Shells and compilers export a HOST of their own: a variable of the environment counts
# only beside a cluster of your own, or in CI, and if it can be a name of the DNS.
ifneq ($(or $(filter command,$(origin HOST)),$(and $(or $(KUBECONTEXT),$(CI),$(TF_BUILD)),$(findstring .,$(HOST)))),)
ifdef HOST
export SEATRIAL_ENVIRONMENTS__$(ENV)__HOST := $(HOST)
endif
endif
ifneq ($(and $(CA),$(filter command,$(origin CA))),)
export SEATRIAL_ENVIRONMENTS__$(ENV)__CA_FILE := $(value CA)
endif
# $(call given,NAME): the option --name with the value of NAME, if make was called with NAME=; not a variable
# of the environment, where other programs use such names.
given = $(if $(filter command,$(origin $1)),--$(shell echo $1 | tr A-Z_ a-z-) $(call quoted,$1))
# $(call quoted,NAME): the value of NAME as one word of the shell, with what make and shell would replace in it.
quoted = '$(subst ','\'',$(value $1))'
# The results of a suite for a CI, as JUNIT/TARGET.xml.
junit = $(if $(JUNIT),--junitxml $(call quoted,JUNIT)/$@.xml)
ifeq ($(INSTANCE),test)
# The instance of the tests also releases changes that are not committed yet. For `deploy` alone: other recipes
# run in checkouts without this environment.
deploy: export SEATRIAL_ENVIRONMENTS__STAGING__ALLOW_UNCOMMITTED := true
endif
SETUP := .venv/.installed
AS_ROOT = $(if $(filter 0,$(shell id -u)),,sudo -n)
SUBMAKE := $(MAKE) --no-print-directory
# Removes the tests' instance when the recipe ends, whatever the result; KEEP=1 keeps it.
REMOVE_AFTERWARDS := trap '$(if $(KEEP),:,$(SUBMAKE) down INSTANCE=test || exit 1)' EXIT

##@ On one machine, no cloud account
.PHONY: up
up: setup cloud bootstrap-all example publish ## local cloud, example model and the whole pipeline; print the URL (METRICS=1: also Prometheus)
	@seatrial current --env $(ENV) 2>/dev/null || { $(SUBMAKE) pipeline || { code=$$?; echo "$(UNFINISHED)" >&2; exit $$code; }; seatrial current --env $(ENV); }
	@localcloud urls
NAMED = $(if $(filter-out dev,$(INSTANCE)), INSTANCE=$(INSTANCE))
UNFINISHED = make up: a stage of the pipeline failed, above is which. After a fix: make pipeline ENV=$(ENV)$(NAMED); to look without the tests: make fetch validate build run$(NAMED)
.PHONY: down
down: setup ## remove the instance (ENGINE=1: also a Docker engine that it started; KEEP_IMAGES=1: keep images)
	@localcloud down $(if $(ENGINE),--engine) $(if $(KEEP_IMAGES),--keep-images)
.PHONY: status
status: setup ## list the parts of the instance (version, address, state, memory, logs), and what each environment runs
	@localcloud status && seatrial current --all
.PHONY: logs
logs: setup ## write logs, events and objects of the instance and its cluster to .seatrial/<instance>/logs
	@localcloud logs
.PHONY: doctor
doctor: setup ## report what this machine lacks, and how to fix it (ENV=: also the rights that a release to it needs)
	@seatrial doctor $(call given,ENV)
.PHONY: prune
prune: setup ## remove reports and images, except the newest and those that a release or model.lock names; also images of other checkouts on this engine (DRY_RUN=1, YES=1)
	@seatrial prune $(if $(DRY_RUN),--dry-run) $(if $(YES),--yes)
.PHONY: clean
clean: ## remove local build output: caches, coverage, compiled files
	@rm -rf .seatrial/pytest_cache .mypy_cache .ruff_cache .import_linter_cache .seatrial/coverage* dist build && find src tests bench examples -name __pycache__ -prune -exec rm -rf {} +
.PHONY: cloud
cloud: setup ## start the local cloud: Blob, registry, cluster, load balancer, DNS (METRICS=1: and Prometheus)
	@localcloud up $(if $(METRICS),--metrics)
.PHONY: example
example: setup ## build the example model, its golden set and its evaluation set (OUT=dir)
	@python -m examples.imagenet $(if $(OUT),$(call quoted,OUT),$(EXAMPLE))

##@ Development
.PHONY: setup
setup: $(SETUP) ## create the virtual environment from the locked requirements
$(SETUP): requirements/uv.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(AS_ROOT) apt-get update -qq && $(AS_ROOT) apt-get install -y -qq python3-venv; }
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@.venv/bin/python -m pip install -q --require-hashes -r requirements/uv.txt
	@.venv/bin/uv pip sync -q --python .venv --compile-bytecode --require-hashes requirements/dev.txt
	@.venv/bin/uv pip install -q --python .venv --no-deps --no-build-isolation -e .
	@touch $@
.PHONY: lock
lock: ## lock the dependency groups with hashes
	@.venv/bin/uv pip compile $(LOCK) requirements/uv.in -o requirements/uv.txt --universal --python-version 3.11
	@.venv/bin/uv pip compile $(LOCK) requirements/go.in -o requirements/go.txt --universal --python-version 3.11
	@.venv/bin/uv pip compile $(LOCK) requirements/checkov.in -o requirements/checkov.txt --universal --python-version 3.11
	@.venv/bin/uv pip compile $(LOCK) requirements/audit.in -o requirements/audit.txt --universal --python-version 3.11
	@.venv/bin/uv pip compile $(LOCK) requirements/kserve.in -o requirements/kserve.txt --universal --python-version 3.11
	@.venv/bin/uv pip compile $(LOCK) --group pyproject.toml:dev -o requirements/dev.txt --universal --python-version 3.11
	@.venv/bin/uv pip compile $(LOCK) --group pyproject.toml:qa -c requirements/dev.txt -o requirements/qa.txt --universal --python-version 3.11
	@.venv/bin/uv pip compile $(LOCK) --group pyproject.toml:app -o requirements/app.txt --python-version 3.13 --python-platform x86_64-manylinux_2_28
	@for peer in $(PEERS); do .venv/bin/uv pip compile $(LOCK) bench/serve/peers/$$peer.in -o bench/serve/peers/$$peer.txt --override bench/serve/peers/override.in --python-version 3.13 --python-platform x86_64-manylinux_2_28 || exit 1; done
LOCK := -q --generate-hashes --no-header --no-emit-index-url --no-annotate
PEERS := flask litserve bentoml mlserver
.PHONY: lock-newest
lock-newest: setup ## lock the newest versions that pyproject.toml allows, to try them; git restore requirements undoes it
	@$(SUBMAKE) lock LOCK='$(LOCK) --upgrade' PEERS=
.PHONY: audit
audit: setup ## ask OSV for advisories on every locked package, without those of requirements/accepted-advisories (OSV_URL=)
	@uv pip install -q --target .seatrial/audit --require-hashes -r requirements/audit.txt
	@code=0; for lock in $(AUDITED); do echo "audit: $$lock"; PYTHONPATH=.seatrial/audit python -m pip_audit $(AUDIT) -r $$lock || code=1; done; exit $$code
# --strict: without it a service that does not answer counts as no advisory.
AUDIT = --strict -s osv $(if $(OSV_URL),--osv-url '$(OSV_URL)') --disable-pip --progress-spinner off --desc off $(ACCEPTED)
AUDITED = requirements/*.txt src/localcloud/images/*/requirements.txt
ACCEPTED = $(foreach id,$(shell sed -n 's/^\([A-Z][A-Za-z0-9-]*\) .*/\1/p' requirements/accepted-advisories),--ignore-vuln $(id))
.PHONY: check-locks
check-locks: setup ## lock again and fail if a lock changes: it does not fit its input, or a package was withdrawn
	@$(SUBMAKE) lock && git diff --exit-code -- requirements bench/serve/peers
.PHONY: check-links
check-links: setup ## request the links of the pages to other sites
	@PYTHONPATH=tests python -m links
.PHONY: heartbeat
heartbeat: setup ## fail if the last nightly run is older than MAX_HOURS=36, at GitHub with one issue meanwhile; keep the schedules of GitHub Actions enabled
	@seatrial heartbeat $(call given,MAX_HOURS)
.PHONY: format
format: setup ## format the code and fix what ruff can fix
	@ruff format -q . && ruff check -q --fix .
.PHONY: lint
lint: setup lint-workflows ## check style, types, import layers and workflows
	@ruff check -q . && ruff format -q --check . && mypy && lint-imports
.PHONY: lint-workflows
lint-workflows: setup
	@actionlint -shellcheck= -pyflakes= && zizmor --offline --no-progress -q .github
	@check-jsonschema -q --regex-variant nonunicode --builtin-schema vendor.azure-pipelines --data-transform azure-pipelines azure-pipelines.yml .azure-pipelines/*.yml .azure-pipelines/templates/*.yml
.PHONY: test
test: setup ## unit, integration and end-to-end tests on an instance of their own (KEEP=1: keep it)
	@$(REMOVE_AFTERWARDS); $(MAKE) --no-print-directory test-all INSTANCE=test ENV=staging COVERAGE=1
.PHONY: test-all
test-all: lint test-unit $(TEST_INSTANCE) test-integration test-e2e test-release
.PHONY: test-nightly
test-nightly: setup ## fault injection and long tests, on an instance of their own (KEEP=1: keep it)
	@$(REMOVE_AFTERWARDS); $(MAKE) --no-print-directory test-nightly-all INSTANCE=test ENV=staging
.PHONY: test-nightly-all
test-nightly-all: FAULTS := 1
test-nightly-all: test-fuzz zoo infra-check $(TEST_INSTANCE) test-faults test-long
.PHONY: test-fuzz
test-fuzz: setup ## read many changed and damaged documents with every parser (FUZZ_EXAMPLES=5000)
	@FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),5000) pytest -q $(call junit) -n 2 --timeout 0 tests/unit/seatrial/test_hostile_input.py tests/unit/seatrial/model/card/test_hostile_networks.py tests/unit/seatrial/model/card/test_label_file.py tests/unit/classifier/routes/v2/test_agreement.py tests/unit/classifier/openapi/test_conformance.py tests/unit/imagemodel/decode/test_damaged.py
.PHONY: test-unit
test-unit: setup ## unit tests: no network, no Docker (COVERAGE=1: print the coverage of src/, which takes a third longer)
	@pytest -q $(call junit) -n 3 --dist worksteal tests/unit $(if $(COVERAGE),--cov)
.PHONY: test-integration
test-integration: setup ## tests with Azurite, a registry, and the image in a container (INSTANCE=test is up)
	@pytest -q $(call junit) --durations=15 tests/integration -m "not long"
.PHONY: test-e2e
test-e2e: setup ## the acceptance suite: URL=http(s)://… or ENV=…, EXPECT=<version or digest>, CA=file of a private authority
	@pytest -q $(call junit) tests/e2e/acceptance $(if $(URL),--url $(URL),--env $(ENV)) $(if $(EXPECT),--expect $(EXPECT)) $(call given,CA)
.PHONY: qa-kit
qa-kit: setup ## the acceptance suite with its golden set as one archive for QA: needs nothing but Python (IMAGE=repo@sha256:…, OUT=file.zip)
	@seatrial qa-kit --env $(ENV) $(if $(IMAGE),--image $(IMAGE)) $(call given,OUT)
.PHONY: test-release
test-release: setup ## releases, refusals and rollbacks (INSTANCE=test is up)
	@pytest -q $(call junit) --durations=15 tests/e2e/release -m "not faults and not long"
.PHONY: test-long
test-long: setup ## promotion, scaling, the deployer's Role, workflows after a failed release, the Azure pages on a second local cloud (INSTANCE=test is up)
	@pytest -q $(call junit) --durations=15 tests/e2e/release tests/e2e/rehearsal tests/integration/workflows -m long
.PHONY: test-faults
test-faults: setup ## releases with injected faults (INSTANCE=test is up)
	@pytest -q $(call junit) --durations=15 tests/e2e/release -m faults
.PHONY: simulate
simulate: setup ## simulate SCHEDULES=20000 orders of events in a release, from SEED=1 on JOBS=2 processes (STORY=1: print the first)
	@PYTHONPATH=tests python -m simulation --schedules $(SCHEDULES) $(if $(SEED),--seed $(SEED)) $(if $(JOBS),--jobs $(JOBS)) $(if $(STORY),--story)
.PHONY: bench-release
bench-release: setup ## measure releases, faults, code and model changes under load (INSTANCE=test is up)
	@PYTHONPATH=tests python -m bench.release
.PHONY: bench-model
bench-model: setup ## measure transfers beside azcopy, lists, validation, the 8-bit model, the tutorial (MIB=512 ROUNDS=3 VERSIONS=10000; INSTANCE=test is up)
	@$(foreach name,MIB ROUNDS VERSIONS,$(if $($(name)),$(name)=$($(name)))) PYTHONPATH=tests python -m bench.model
.PHONY: bench-overload
bench-overload: setup ## plot the useful responses while the load grows to 4 x the peak (MODEL=directory; default: what make fetch fetched)
	@$(if $(MODEL),MODEL=$(call quoted,MODEL)) PYTHONPATH=tests python -m bench.overload
.PHONY: bench-serve-build
bench-serve-build: setup ## build what bench-serve compares: the app with a float and an 8-bit model, Flask, LitServe, BentoML, MLServer
	@PYTHONPATH=tests python -m bench.serve build
.PHONY: bench-serve
bench-serve: setup ## measure the app beside other servers in containers, 10 min on a machine with nothing else to do (QUICK=1)
	@PYTHONPATH=tests python -m bench.serve run $(if $(QUICK),--quick)
.PHONY: bench-attacks
bench-attacks: setup ## send the largest photo of each kind, 16 at once, to the built image: memory, latency of others (ROUNDS=2)
	@$(if $(ROUNDS),ROUNDS=$(ROUNDS)) PYTHONPATH=tests python -m bench.attacks
.PHONY: bench-decode
bench-decode: setup ## compare scaled with full decoding: time and labels (MODEL=dir PHOTOS=dir, the example's by default)
	@$(foreach name,MODEL PHOTOS,$(if $($(name)),$(name)=$(call quoted,$(name)))) python -m bench.decode
.PHONY: bench-scale
bench-scale: setup ## plot replicas and latency while the load doubles (INSTANCE=test is up)
	@PYTHONPATH=tests python -m bench.scale

##@ The model
CARD_FILES = $(call given,ONNX) $(call given,LABELS) $(call given,OUT) $(call given,PHOTO)
CARD_FIELDS = $(call given,NAME) $(call given,VERSION) $(call given,LICENCE) $(call given,PRESET)
CARD_HINTS = $(call given,LAYOUT) $(call given,SIZE) $(call given,OUTPUT)
CARD_PRESET = $(call given,MEAN) $(call given,STD) $(call given,SCALE) $(call given,CHANNELS) $(call given,RESIZE) $(call given,INTERPOLATION)
.PHONY: card
card: setup ## make a model directory of ONNX=file LABELS=file OUT=dir (NAME= VERSION= LICENCE= PRESET= PHOTO=)
	@seatrial card $(CARD_FILES) $(CARD_FIELDS) $(CARD_HINTS) $(CARD_PRESET)
.PHONY: golden
golden: setup ## make a golden set from PHOTOS=dir|csv and MODEL=dir in OUT=dir, with a page to review it (KIND=evaluation, NAME=, VERSION=, WRONG=leave-out)
	@seatrial golden $(call given,PHOTOS) $(call given,MODEL) $(call given,OUT) $(call given,NAME) $(call given,VERSION) $(call given,KIND) $(call given,WRONG)
.PHONY: publish
publish: setup ## publish MODEL=dir, GOLDEN=dir and EVALUATION=dir, or one of them, as immutable versions
	@seatrial publish $(PUBLISHED) $(if $(FORCE),,--if-absent)
PUBLISHED = $(or $(strip $(GIVEN_MODEL) $(call given,GOLDEN) $(call given,EVALUATION)),$(EXAMPLE)/model --golden $(EXAMPLE)/golden --evaluation $(EXAMPLE)/evaluation)
GIVEN_MODEL = $(if $(filter command,$(firstword $(origin MODEL))),$(call quoted,MODEL))
.PHONY: optimize
optimize: setup ## make an 8-bit version of MODEL=dir in OUT=dir, VERSION=1.0.0-int8, calibrated with PHOTOS=dir (GOLDEN=dir EVALUATION=dir judge it)
	@seatrial optimize $(GIVEN_MODEL) $(call given,PHOTOS) $(call given,OUT) $(call given,VERSION) $(call given,GOLDEN) $(call given,EVALUATION)
.PHONY: models
models: setup ## list the published versions of a model, the newest first (NAME=); also seatrial models show, diff, prune
	@seatrial models list $(if $(filter command,$(firstword $(origin NAME))),$(call quoted,NAME))
.PHONY: use
use: setup ## publish MODEL=dir with GOLDEN=dir and write model.lock; print the commit to make (EVALUATION=dir, ACCEPT_LABELS=reason)
	@seatrial use $(GIVEN_MODEL) $(call given,GOLDEN) $(call given,EVALUATION)
.PHONY: update
update: setup ## change model.lock to the channel's newest model, if it passes validation (ACCEPT_LABELS=reason)
	@seatrial update
.PHONY: zoo
zoo: setup ## validate generated bad and good models; print which check refuses which (ONLY=name)
	@PYTHONPATH=tests python -m zoo $(call given,ONLY)
.PHONY: propose
propose: setup ## open or renew the pull request of the model that update found, at GitHub or in Azure Repos (model.follow: commit it to main)
	@seatrial propose
.PHONY: fetch
fetch: setup ## fetch the locked model, golden set and evaluation set from the store or the cache, and verify them
	@seatrial fetch
.PHONY: validate
validate: setup ## test the locked model, or MODEL=dir with GOLDEN=dir and EVALUATION=dir before they are published (ACCEPT_LABELS=reason)
	@seatrial validate $(call given,MODEL) $(call given,GOLDEN) $(call given,EVALUATION)

##@ The image
.PHONY: build
build: setup ## build one image with the app and the model
	@seatrial build
.PHONY: run
run: setup ## run the built image alone, without a cluster, and open its page (PORT=8080, IMAGE=id, OPEN=0: no browser)
	@seatrial run $(call given,IMAGE) $(call given,PORT) $(if $(filter 0 false no,$(OPEN)),--no-open)
.PHONY: lock-base
lock-base: setup ## pin the base image in seatrial.toml by its digest, where its registry can be reached
	@seatrial lock-base
.PHONY: check
check: setup ## test the built image in a container
	@seatrial check
.PHONY: push
push: setup ## push the checked image to the registry and compare the digests
	@seatrial push

##@ The release (ENV=local|staging|production, HOST=[https://]name of its live address, CA=file of a private authority)
.PHONY: bootstrap
bootstrap: setup ## create namespace, Role and pull secret; once, by an administrator
	@seatrial bootstrap --env $(ENV)
.PHONY: bootstrap-all
bootstrap-all: setup
	@seatrial bootstrap --env local --env staging --env production
.PHONY: deploy
deploy: setup ## start a candidate, preview it, switch users to it; then make accept (IMAGE=repo@sha256:…)
	@seatrial deploy --env $(ENV) $(if $(IMAGE),--image $(IMAGE))
.PHONY: accept
accept: setup ## bake the pending release on the live address: it becomes stable, or users are switched back
	@seatrial accept --env $(ENV)
.PHONY: promote
promote: setup ## release what FROM=staging accepted to ENV=production, same digest (APPROVED_BY=name)
	@seatrial promote --env $(ENV) --from $(or $(FROM),staging) $(if $(IMAGE),--image $(IMAGE))
.PHONY: rollback
rollback: setup ## undo a release that is not accepted yet, else return to the stable one before (WHY=reason)
	@seatrial rollback --env $(ENV) $(if $(AGAIN),--again)
.PHONY: settle
settle: setup ## finish or undo what an interrupted deployer left
	@seatrial settle --env $(ENV)
.PHONY: resume
resume: setup ## lift the holds that rollback put on releases
	@seatrial resume --env $(ENV)
.PHONY: history
history: setup ## list the releases of an environment; * marks the stable one
	@seatrial history --env $(ENV)
.PHONY: trace
trace: setup ## print the provenance of WHAT=response.json|request|trace|pod|image|release|model|commit
	@seatrial trace $(if $(WHAT),$(call quoted,WHAT))
.PHONY: pipeline
pipeline: $(PIPELINE) ## run all stages, in order

##@ The Azure side
# OpenTofu, or Terraform where only that is installed.
TOFU ?= $(or $(shell command -v tofu),$(shell command -v terraform),$(error neither OpenTofu nor Terraform is installed. Cure: https://opentofu.org/docs/intro/install))
PLAN := seatrial.tfplan
.PHONY: infra-azure
infra-azure: setup
	@seatrial infra-azure
.PHONY: infra-github
infra-github: setup
	@seatrial infra-github $(if $(filter 0,$(GITHUB)),--without)
.PHONY: infra-init
infra-init: infra-azure infra-github
	@$(TOFU) -chdir=infra init -input=false
.PHONY: infra-plan
infra-plan: infra-init ## show what infra-up would create or change in Azure, and keep that plan (GITHUB=0: Azure Pipelines alone)
	@rm -f infra/$(PLAN); $(TOFU) -chdir=infra plan -input=false -out=$(PLAN) || { code=$$?; rm -f infra/$(PLAN); exit $$code; }
.PHONY: infra-up
infra-up: infra-init ## apply the plan that infra-plan kept; without one, ask first (YES=1: do not ask; GITHUB=0)
	@if [ -f infra/$(PLAN) ]; then $(TOFU) -chdir=infra apply $(PLAN); else $(TOFU) -chdir=infra apply $(if $(YES),-auto-approve); fi; code=$$?; rm -f infra/$(PLAN); exit $$code
.PHONY: infra-down
infra-down: infra-init ## delete everything that infra-up created, models included; ask first (YES=1: do not ask; GITHUB=0)
	@$(TOFU) -chdir=infra destroy $(if $(YES),-auto-approve)
.PHONY: infra-outputs
infra-outputs: setup ## set what infra/ created: variables and environments of GitHub, lines of seatrial.toml (REVIEWERS=login[,login], DRY_RUN=1)
	@seatrial infra-outputs $(call given,REVIEWERS) $(if $(DRY_RUN),--dry-run)
.PHONY: infra-azure-devops
infra-azure-devops: setup ## set what infra/ created in Azure DevOps: variable groups, environments with checks, pipelines; lines of seatrial.toml (DRY_RUN=1)
	@seatrial infra-azure-devops $(if $(DRY_RUN),--dry-run)
# An instance without a local cloud, whose settings are those of seatrial.toml alone.
infra-bootstrap: INSTANCE := azure
infra-bootstrap: export SEATRIAL_INSTANCE = $(INSTANCE)
.PHONY: infra-ready
infra-ready: setup
	@seatrial infra-bootstrap --check
.PHONY: infra-bootstrap
infra-bootstrap: setup infra-ready example publish ## publish the example to what infra/ created, and bootstrap its environments; once, by an administrator
	@seatrial infra-bootstrap
.PHONY: infra-check
infra-check: setup ## check infra/ without an account: format, types, tests with a mocked Azure, checkov (FAULTS=1: also that planted faults are found)
	@PYTHONPATH=tests python -m infra_check $(if $(FAULTS),--faults)

.PHONY: help
help:
	@awk 'BEGIN{FS=":.*## "} /^##@/{printf "\n%s\n",substr($$0,5)} /^[a-z0-9-]+:.*## /{split($$1,t," ");printf "  %-18s %s\n",t[1],$$2}' $(MAKEFILE_LIST)
	@printf '\npipeline = %s\n' '$(PIPELINE)'
