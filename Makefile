# Every verb sets itself up: a .venv with the locked packages, once.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: run test ui lint bench bench-ingest bench-trace check-5m check-incremental docs clean help lock

PYTHON ?= $(shell command -v python3.11 || command -v python3)
AS_OF ?= 2026-11-02
ROWS ?= 5000000
XLSX_ROWS ?= 300000
TURNS ?= 3
TRACE_ROWS ?= 10000000
RUNS ?= 200

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

run: $(READY) ## make the sample province, run everything, end with a summary (AS_OF=2026-11-02; empty: today)
	KHO_AS_OF="$(AS_OF)" $(BIN)/kho sample
	KHO_AS_OF="$(AS_OF)" $(BIN)/kho run

test: $(READY) ## run every test (ARGS="tests/unit -k landing" for some)
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

ui: $(READY) ## open Dagster on the data home, at the same day as `make run`
	KHO_AS_OF="$(AS_OF)" $(BIN)/kho ui

lint: $(READY) ## check style, types, SQL and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	if [ -d dbt_project ]; then $(BIN)/sqlfluff lint --disable-progress-bar dbt_project; fi
	$(BIN)/lint-imports

bench: $(READY) ## measure every tests/bench/bench_*.py
	for file in $(filter-out %/bench_ingest.py %/bench_trace.py,$(wildcard tests/bench/bench_*.py)); do echo "== $$file"; $(BIN)/python "$$file"; done

bench-ingest: $(VENV)/bench/.ready ## ingestion beside its peers, against local servers (ROWS=5000000 XLSX_ROWS=300000 TURNS=3)
	ROWS="$(ROWS)" XLSX_ROWS="$(XLSX_ROWS)" TURNS="$(TURNS)" $(VENV)/bench/bin/python tests/bench/bench_ingest.py

bench-trace: $(READY) ## kho trace on a store of 10,000,000 dossiers, and what its index costs (TRACE_ROWS=10000000)
	ROWS="$(TRACE_ROWS)" $(BIN)/python tests/bench/bench_trace.py

check-5m: $(READY) ## hold 5,000,000 landed rows against PostgreSQL and MariaDB, column by column
	KHO_ROWS=5000000 KHO_REQUIRE_SERVICES=1 $(BIN)/pytest -q tests/integration/test_many_rows.py

check-incremental: $(READY) ## hold a store that grew against one built anew, after each of 200 changes (RUNS=200)
	KHO_RUNS="$(RUNS)" $(BIN)/pytest -q tests/integration/test_incremental.py

docs: $(READY) ## check that every verb, setting and decision is documented
	$(BIN)/pytest -q tests/unit/test_docs.py

clean: ## remove .venv, caches and the data home in var/
	rm -rf $(VENV) var dbt_project/target dbt_project/logs logs
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## show this list
	@awk -F ':[^#]*## ' '/^[a-z0-9-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

lock: $(READY) ## write requirements.lock anew from pyproject.toml, with hashes (ARGS=--upgrade: newer packages)
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-strip-extras --python-version 3.11 \
	  --extra dev pyproject.toml -o requirements.lock $(ARGS)
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-strip-extras --python-version 3.11 \
	  --extra dev --extra bench -c requirements.lock pyproject.toml -o requirements-bench.lock $(ARGS)
	! grep -nE 'https?:|file:' requirements.lock requirements-bench.lock

# uv installs fast and comes with the lock; where it cannot be had, pip installs the same hashes.
$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2> /dev/null || { \
	  echo "kho wants Python 3.11; found: $$("$(PYTHON)" --version 2> /dev/null)." >&2; \
	  echo "Install it, or name it: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@echo "Setting up $(VENV) (once)"
	@[ -x $(BIN)/python ] || "$(PYTHON)" -m venv $(VENV)
	@awk '/^[^ #]/ {ours = /^uv==/} ours' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/uv --version > /dev/null 2>&1 || $(BIN)/python -m pip install -q --no-deps --require-hashes -r $(VENV)/uv.lock || true
	@if $(BIN)/uv --version > /dev/null 2>&1; then \
	  $(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock; \
	  $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
	  $(BIN)/python -m pip install -q --no-deps --require-hashes -r requirements.lock; \
	  $(BIN)/python -m pip install -q --no-deps --no-build-isolation --editable .; \
	fi
	@touch $@

# the peers of bench-ingest have an environment of their own
$(VENV)/bench/.ready: $(READY) requirements-bench.lock
	@echo "Setting up $(VENV)/bench (once)"
	@[ -x $(VENV)/bench/bin/python ] || "$(PYTHON)" -m venv $(VENV)/bench
	@$(BIN)/uv pip sync -q --python $(VENV)/bench/bin/python --require-hashes requirements-bench.lock
	@$(BIN)/uv pip install -q --python $(VENV)/bench/bin/python --no-deps --no-build-isolation --editable .
	@touch $@
