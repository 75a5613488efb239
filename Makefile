# What a person does with this checkout. Needs python3 (3.11 or newer), make and pip; nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# Web server processes; without a number, one for each core, up to four.
WORKERS ?=

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
# Debian's python3 may come without ensurepip; then the pip that is there puts one into the environment.
VENV_BY_PIP := { $(PYTHON) -m venv --clear --without-pip $(VENV) && \
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check pip; }
# A dot for each package; pip's errors, but not its warnings about the machine.
PIP := $(BIN)/python -m pip install --progress-bar off --disable-pip-version-check --require-hashes
DOTS := 2> >(grep -v '^WARNING' >&2) | awk '/^Collecting/ { printf "." } /^Installing/ { printf " installing" } \
	{ fflush() } END { print "" }'
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
PACKAGES := opinion voting analysis constitution training evaluation config
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo serve stop train test test-browser check lint types templates security migrations architecture messages requirements

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Setting up: a stamp file per step, so that repeating is quick ---------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null && $(PYTHON) -m venv $(VENV) || $(VENV_BY_PIP) || \
		{ rm -rf $(VENV); echo "python3 can make no virtual environment: apt-get install python3-venv"; exit 1; }

$(VENV)/.base: requirements/base.txt | $(BIN)/python
	@echo "Installing what the site needs (a minute or two, once) …"
	@$(PIP) -r requirements/base.txt $(DOTS)
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base | $(BIN)/python
	@echo "Installing what checks and tests need (a minute, once) …"
	@$(PIP) -r requirements/dev.txt $(DOTS)
	@touch $@

$(VENV)/.train: requirements/train.txt requirements/torch.txt requirements/torch-cpu.txt $(VENV)/.base | $(BIN)/python
	@echo "Installing what fine-tuning needs (a minute or two, once) …"
	@$(PIP) --quiet --no-deps -r requirements/torch-cpu.txt 2>/dev/null || $(PIP) -r requirements/torch.txt $(DOTS)
	@$(PIP) -r requirements/train.txt $(DOTS)
	@touch $@

# --- Running ----------------------------------------------------------------------------------------

demo: $(VENV)/.base ## set up everything, load a demonstration conversation, and serve it
	@$(MANAGE) migrate --no-input --verbosity 0
	@$(MANAGE) load_demo --site "http://$(HOST):$(PORT)"
	@$(MANAGE) serve --host $(HOST) --port $(PORT) $(WORKERS:%=--workers %)

serve: $(VENV)/.base ## serve the site as it is, with its job worker
	@$(MANAGE) serve --host $(HOST) --port $(PORT) $(WORKERS:%=--workers %)

stop: $(VENV)/.base ## stop the site and its database
	@$(MANAGE) stop_site

# --- Testing ----------------------------------------------------------------------------------------

train: $(VENV)/.train ## set up what fine-tuning needs (PyTorch and its trainers)
	@echo "Ready: ./manage.py train_variant --help"

test: $(VENV)/.dev $(VENV)/.train ## run the tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-browser: $(VENV)/.dev ## run the tests in a real browser (needs chromium)
	@$(BIN)/python -m pytest -m browser $(PYTEST_ARGS)

check: lint types templates security migrations architecture ## run every check but the tests
	@echo "All checks passed."

lint: $(VENV)/.dev ## look for faults and formatting in the code
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Run: $(BIN)/ruff format ."; exit 1; }

types: $(VENV)/.dev ## check the types
	@$(BIN)/mypy --no-error-summary

templates: $(VENV)/.dev ## look for faults in the templates
	@$(BIN)/djlint --quiet --lint templates

security: $(VENV)/.dev ## look for insecure code, and at the settings of production
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(PACKAGES) manage.py
	@PRODUCTION=true ALLOWED_HOSTS=example.org SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(MANAGE) check --deploy --fail-level WARNING

migrations: $(VENV)/.dev ## see that no migration is missing
	@$(MANAGE) makemigrations --check --dry-run

architecture: $(VENV)/.dev ## see that imports go one way
	@$(BIN)/python -m pytest --quiet --no-header -p no:cacheprovider tests/config/test_architecture.py

messages: $(VENV)/.base ## bring locale/*.po in step with the pages, and say what is not translated yet
	@$(MANAGE) extract_messages

requirements: ## compile requirements/*.in into pinned requirements/*.txt (needs uv)
	@for name in base dev benchmark; do \
		$(COMPILE) requirements/$$name.in --output-file requirements/$$name.txt; \
	done
	@$(COMPILE) requirements/torch.in --output-file requirements/torch.txt
	@$(COMPILE) requirements/train.in requirements/torch.in --output-file requirements/train.txt \
		$$(grep -oE '^(torch|triton|cuda|nvidia)[a-z0-9-]*' requirements/torch.txt | sed 's/^/--no-emit-package /')
