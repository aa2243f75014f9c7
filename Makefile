# Every command sets up what it needs first. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RUNS := $(VENV)/.runs
PORT ?= 7860
# LangGraph's development server (Elastic-2.0, in memory, for looking at the graph) has an environment of its own.
STUDIO := .venv-studio
# Compiled at setup: where PYTHONDONTWRITEBYTECODE is set, every start would compile them again.
PACKAGES := app assistants audit conversation delivery desks encoder graph handover models policy prompts proof recognition service states store triggers ui
PYTEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup studio demo test check bench soak lock clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## Make a ready .venv from the lock file

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Handrail needs Python 3.11 or newer; name it as in: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

studio: $(STUDIO)/.ready ## Serve the state graph for LangGraph Studio on this machine
	LANGGRAPH_CLI_NO_ANALYTICS=1 LANGSMITH_TRACING=false $(STUDIO)/bin/langgraph dev --no-browser --host 127.0.0.1

$(STUDIO)/.ready: pyproject.toml
	$(PYTHON) -m venv $(STUDIO)
	$(STUDIO)/bin/python -m pip install --quiet --editable '.[studio]'
	@touch $@

# The demo needs what runs and nothing that checks: a third of the time, and the same versions as in $(READY).
demo: $(RUNS) ## Open the demo in a browser page: no key, no account
	$(BIN)/python -m app.cli demo --seed --port $(PORT)

$(RUNS): requirements.lock
	@if [ -e $(READY) ] && [ $(READY) -nt requirements.lock ]; then touch $@; else sh .ci/install_runtime $(PYTHON) $(VENV) $@ $(PACKAGES); fi

test: $(READY) ## Run all tests
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadgroup $(TESTS)

check: $(READY) ## Lint, types, layers, the machine's proofs, the policy, the docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/handrail check
	$(BIN)/python -m pytest -q tests/docs

bench: $(READY) ## Measure the figures, write docs/figures.json and the README's table; AGAINST=folder compares
	$(BIN)/python -m benchmarks.figures $(if $(AGAINST),--against $(AGAINST))

soak: $(READY) ## Long campaigns: 10,000 kills, many races, long fuzzing
	HANDRAIL_SOAK=1 $(BIN)/python -m pytest -q $$(grep -rlE "SOAK|@given" tests --include="test_*.py")

lock: ## Write the lock files anew from pyproject.toml (needs pip-tools or uv)
	uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 -q -o requirements-dev.lock

clean: ## Remove what the commands made, but no data
	rm -rf $(VENV) $(STUDIO) .langgraph_api dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
