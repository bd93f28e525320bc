# Surveyor. `make help` lists the targets; a fresh machine needs Python 3.11+, make and a package registry.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PARTS := schemas inventory kit cli devstack $(wildcard services/*)
TEST_PROCESSES ?= 3
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fmt lock schemas baseline docs chaos scale bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-zA-Z_%-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## install the workspace into .venv and fetch or build the local parts
	$(BIN)/python -m devstack prepare

$(STAMP): requirements-dev.txt requirements-bootstrap.txt $(addsuffix /pyproject.toml,$(PARTS))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Surveyor needs Python 3.11 or newer; name one with: make PYTHON=python3.11 …")'
	@echo "Installing the workspace into $(VENV) (once, one to three minutes) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@$(BIN)/uv pip sync --quiet --python $(VENV) --require-hashes requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(VENV) --no-deps --no-build-isolation $(addprefix -e ./,$(PARTS))
	@touch $@

demo: $(STAMP) ## everything on this machine: discover, collect, assess, show (ONCE=1 ends after the result)
	@ONCE=$(ONCE) $(BIN)/python -m devstack.demo

test: $(STAMP) ## all tests that can run on this machine; says what it left out and why
	@$(BIN)/python -m devstack prepare
	@# Most tests wait for real parts: three at a time take half as long on two cores.
	$(BIN)/pytest -m "not chaos and not scale" --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(STAMP) ## format, lint, types, imports, requirement exports; reads only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(addsuffix /src,$(PARTS)) $(wildcard $(addsuffix /tests,schemas inventory kit cli devstack) bench deploy tests conftest.py)
	@# One run per service's tests, from its folder: their modules share names.
	@for service in services/*; do \
	    echo "mypy $$service/tests"; \
	    (cd $$service && $(CURDIR)/$(BIN)/mypy --config-file $(CURDIR)/pyproject.toml --cache-dir $(CURDIR)/.mypy_cache tests) || exit 1; \
	done
	$(BIN)/lint-imports
	tools/lock.sh --check

fmt: $(STAMP) ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(STAMP) ## write the hashed requirement exports (existing pins stay)
	tools/lock.sh

schemas: $(STAMP) ## write the exported JSON Schemas and the AsyncAPI document
	$(BIN)/python -m surveyor_schemas.exports schemas/exports

baseline: schemas ## take today's event schemas as the release baseline
	rm -f schemas/baseline/*.json
	cp schemas/exports/json-schema/*.json schemas/baseline/

docs: $(STAMP) ## write the generated pages: metrics, issue codes and the HTTP API
	tools/metrics-page.sh >docs/metrics.md
	$(BIN)/assessor codes >docs/issue-codes.md
	$(BIN)/python -m query_api.openapi services/query-api/openapi.json

chaos: $(STAMP) ## the long ledger tests: kills at random, many rounds
	$(BIN)/pytest -m chaos $(ARGS)

scale: $(STAMP) ## the tests with thousands of machines
	$(BIN)/pytest -m scale $(ARGS)

bench: $(subst _,-,$(patsubst bench/%/__main__.py,bench-%,$(filter-out bench/load/%,$(wildcard bench/*/__main__.py)))) ## every measurement

bench-%: $(STAMP) ## one measurement, for example bench-normalizer; writes build/bench/<name>.json
	$(BIN)/python -m bench.$(subst -,_,$*)

clean: ## remove the environment, local parts' data and build output
	rm -rf $(VENV) .devstack build
