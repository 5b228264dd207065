# Needs Python 3.11 or later and make; everything else is fetched into .venv. `make help` lists the recipes.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.synced
MEMBERS := $(wildcard pyproject.toml contracts/pyproject.toml services/*/pyproject.toml deploy/*/pyproject.toml)
WORKERS ?= 2
PYTEST := $(BIN)/pytest
CODE := contracts services deploy tests

.PHONY: help setup up test lint lint-fix bench faults soak pictures reset

help: ## list the recipes
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## fetch everything into .venv (the others do it by themselves)

$(STAMP): uv.lock $(MEMBERS)
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name yours: make PYTHON=/path/to/python" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "creating .venv"; "$(PYTHON)" -m venv .venv; }
	@test -x $(BIN)/uv || { wanted=$$(grep -o '"uv[><=][^"]*"' pyproject.toml | tr -d '"'); \
		echo "installing $$wanted into .venv"; $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$wanted" \
		|| { echo "cannot install $$wanted: no network?" >&2; exit 1; }; }
	@echo "installing what uv.lock names"
	@VIRTUAL_ENV="$(CURDIR)/.venv" UV_PROJECT_ENVIRONMENT="$(CURDIR)/.venv" UV_PYTHON_DOWNLOADS=never \
		$(BIN)/uv sync --frozen --quiet --system-certs --python $(BIN)/python
	@touch $(STAMP)

up: $(STAMP) ## start the whole stack with a demo shop; Ctrl-C stops it
	@CALLSNARE_DEMO="$${CALLSNARE_DEMO:-1}" exec $(BIN)/callsnare up --with-parent

test: lint ## lint, then every test, on real Postgres and Kafka
	@$(PYTEST) -n $(WORKERS) -m "not bench and not soak and not faults_full"

lint: $(STAMP) ## check format, rules, types and who imports whom
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/mypy $(CODE)
	@if test -f .importlinter || grep -q '^.tool.importlinter' pyproject.toml; then $(BIN)/lint-imports; fi

lint-fix: $(STAMP) ## format and mend what can be mended
	@$(BIN)/ruff format $(CODE)
	@$(BIN)/ruff check --fix $(CODE)

bench: $(STAMP) ## measure speed against floors of the same run
	@$(BIN)/python tests/bench

faults: $(STAMP) ## kill every part under load; nothing lost, nothing doubled
	@$(PYTEST) -m "faults_full or not (bench or soak)" tests/faults

soak: $(STAMP) ## full-size random histories, a shop of 100,000 leads, and ten real minutes without Kafka
	@$(PYTEST) -m soak tests

pictures: $(STAMP) ## take the README's pictures of the running product anew
	@$(BIN)/python tests/browser/take_pictures.py

reset: $(STAMP) ## throw the laptop stack's data away
	@$(BIN)/callsnare reset
