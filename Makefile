# Every target works from a bare clone: the first call makes .venv from requirements.lock, later calls cost nothing.
# `make help` lists the targets.

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
READY := .venv/.ready
PROFILE ?= qualification
SEED ?= 1
OWN := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml apps/*/pyproject.toml))
APART := --dist loadgroup --no-loadscope-reorder
SOURCES := $(wildcard libs/*/src services/*/src apps/*/src tools/*.py)

# uv uses the Python that is there and never fetches one.
export UV_PYTHON_DOWNLOADS := never
# Trust what this machine trusts, as pip does: behind a company's proxy only that works.
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),true,false)
export VIRTUAL_ENV := $(CURDIR)/.venv

.DEFAULT_GOAL := help
.PHONY: help setup demo up down status test check fix trace rules contracts bench bench-gate where chaos lock images kafka

help: ## Show this list
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile

##@ Try it

demo: setup ## Run the whole system on this machine and play sample cases through it
	@$(BIN)/redletter demo

up: setup ## Start PostgreSQL, a broker and the five services; make up ARGS="--broker kafka"
	@$(BIN)/redletter up $(ARGS)

down: setup ## Stop what `make up` started; the data stays
	@$(BIN)/redletter down $(ARGS)

status: setup ## Say what runs and where
	@$(BIN)/redletter status $(ARGS)

##@ Work on it

setup: $(READY) ## Make .venv from requirements.lock (done by every other target when it is needed)

test: check ## Everything, on the embedded default; stories and wire again on Apache Kafka; the speed; the images
	$(BIN)/pytest -q -n 2 $(APART) --durations=15 libs services apps tests --ignore tests/house $(ARGS)
	$(BIN)/pytest -q -n 3 $(APART) --durations=15 --broker kafka tests/stories tests/wire
	$(BIN)/python bench/gate.py
	@bash deploy/images.sh

check: setup ## Format, lint, import rules, types, house rules: no services needed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy $(SOURCES)
	$(BIN)/pytest -q tests/house

fix: setup ## Format and repair what ruff can repair
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

##@ Look into it

rules: setup ## Find a business rule: make rules Q=warranty
	@$(BIN)/python tools/rules.py $(Q)

trace: setup ## Show which test proves which requirement
	@$(BIN)/python tools/trace.py $(ARGS)

contracts: setup ## Regenerate the JSON Schemas and the AsyncAPI document from libs/contracts
	@$(BIN)/python tools/contracts.py $(ARGS)

bench: setup ## Measure on this machine, on Apache Kafka: the chain, a steady pace, single requests, issuing, odd shapes, two workers
	@$(BIN)/python bench/run.py $(ARGS)
	@$(BIN)/python bench/steady.py
	@$(BIN)/python bench/desks.py
	@$(BIN)/python bench/issuing.py
	@$(BIN)/python bench/shapes.py
	@$(BIN)/python bench/workers.py

bench-gate: setup ## Compare the speed with the committed baseline, as ratios to the bare loop
	@$(BIN)/python bench/gate.py $(ARGS)

where: setup ## Say where the departments' CPU goes: make where ARGS="--rounds 5 --lines 40"
	@$(BIN)/python bench/where.py $(ARGS)

chaos: setup ## Break everything while the real import runs, and while every kind of case does: make chaos PROFILE=ci SEED=7
	@$(BIN)/python tests/faults/chaos.py --profile $(PROFILE) --seed $(SEED) $(ARGS)
	@$(BIN)/python tests/faults/storm.py --profile $(PROFILE) --seed $(SEED) $(ARGS)
	@$(BIN)/python tests/faults/poison.py --profile $(PROFILE) --seed $(SEED) $(ARGS)

mutants: setup ## Plant known bugs in a copy; the tests must find every one: make mutants ARGS="inbox relay"
	@$(BIN)/python tests/mutants/mutants.py $(ARGS)

##@ Ship it

lock: setup ## Remake requirements.lock from the pyproject files (needs a package index)
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	  --annotation-style line --custom-compile-command "make lock" \
	  $(foreach package,$(OWN),--no-emit-package $(notdir $(package))) \
	  --group dev $(addsuffix /pyproject.toml,$(OWN)) --output-file requirements.lock

images: setup ## Build every image without a Docker engine and start each role once
	@bash deploy/images.sh $(ARGS)

kafka: setup ## Fetch Apache Kafka's jars with Maven, for `redletter up --broker kafka`
	@$(BIN)/redletter kafka

# ---------------------------------------------------------------------------------------------------------------------

# uv itself comes from the lock too, with its hashes; everything else is then installed by uv. Compiled once here, our own
# sources too: a machine may forbid Python to keep what it compiles, and each service then takes 4 s to import instead of 1.5.
$(READY): requirements.lock $(addsuffix /pyproject.toml,$(OWN))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Redletter needs Python 3.11 or newer as $(PYTHON); name another one with: make setup PYTHON=python3.13"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "$(PYTHON) cannot make virtual environments; install its venv module (Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@awk '/^[^ ]/ { mine = /^uv==/ } mine' requirements.lock > .venv/uv.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.lock
	@$(UV) pip install --quiet --compile-bytecode --require-hashes --requirement requirements.lock
	@$(UV) pip install --quiet --offline --no-deps --no-build-isolation $(addprefix --editable ,$(OWN))
	@$(BIN)/python -m compileall -q $(wildcard libs/*/src services/*/src apps/*/src)
	@touch $@
