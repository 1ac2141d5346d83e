# Everything a checkout needs: `make` lists it. Only Python 3.11 is asked for.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet install
PACKAGES := config orders_command orders_query customers
export PIP_ROOT_USER_ACTION := ignore
ARGS ?=

.PHONY: help
help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

.PHONY: run
run: $(VENV)/.run ## start everything and print the address (PORT=8000, ARGS=--no-demo)
	@$(PY) manage.py up $(ARGS)

.PHONY: test
test: $(VENV)/.dev ## run all tests on real servers (ARGS="tests/local -x")
	@$(PY) -m pytest $(TWO_AT_ONCE) $(ARGS)
# Each of the two has servers of its own; Chromium's tests stay the last ones.
TWO_AT_ONCE := --numprocesses 2 --dist loadfile --no-loadscope-reorder

.PHONY: lint
lint: $(VENV)/.dev ## style, types, import contracts, migrations, deployment checks
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy $(PACKAGES)
	$(VENV)/bin/lint-imports
	$(PY) -W ignore:Got:RuntimeWarning manage.py makemigrations --check --dry-run
	HTTPS=1 EMAIL_URL=smtp+tls://localhost SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(60))') \
		$(PY) manage.py check --deploy --fail-level WARNING

.PHONY: chaos
chaos: $(VENV)/.dev ## attack a running system and check what clients were told (ARGS=--quick)
	@$(PY) -m tests.chaos $(ARGS)

.PHONY: bench
bench: $(VENV)/.dev ## measure, each figure beside a peer or a limit
	@$(PY) -m bench $(ARGS)

.PHONY: fuzz
fuzz: $(VENV)/.dev ## send 20,000 made-up requests and more, for the night
	@$(PY) -m bench fuzz
	@FUZZ=20 $(PY) -m pytest --quiet --timeout 3600 tests/security/test_any_body.py tests/security/test_any_request.py

.PHONY: lock
lock: $(VENV)/.dev ## write the lock files anew from pyproject.toml
	@test -x $(VENV)/bin/uv || $(PIP) uv
	$(VENV)/bin/uv pip compile $(LOCK) --extra local pyproject.toml -o requirements.lock
	$(VENV)/bin/uv pip compile $(LOCK) --extra local --extra telemetry \
		-c requirements.lock pyproject.toml -o requirements-telemetry.lock
	$(VENV)/bin/uv pip compile $(LOCK) --extra local --extra telemetry --extra dev \
		-c requirements-telemetry.lock pyproject.toml -o requirements-dev.lock
LOCK := --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	--python-version 3.11 --quiet

.PHONY: audit
audit: $(VENV)/.dev ## look for known vulnerabilities of what runs, where the network allows
	@$(PY) -m tests.supply audit

.PHONY: licences
licences: $(VENV)/.dev ## write docs/reference/licences.md from what packages tell of themselves
	@$(PY) -m tests.supply licences > docs/reference/licences.md.new
	@mv docs/reference/licences.md.new docs/reference/licences.md

.PHONY: clean
clean: ## remove .venv and var, unless something of this checkout runs
	@if test -e var/lock && ! flock --nonblock var/lock true; then \
		echo "this checkout is running: end it first" >&2; exit 2; fi
	rm -rf $(VENV) var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis test-results test-screenshots
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps say which lock is installed; a second run has nothing to do.
$(VENV)/.run: requirements.lock | $(VENV)/.made
	@echo "installing what requirements.lock names"
	@$(PIP) --require-hashes --requirement $<
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/.made
	@echo "installing what requirements-dev.lock names"
	@$(PIP) --require-hashes --requirement $<
	@touch $@ $(VENV)/.run

$(VENV)/.made:
	@for python in python3.11 python3; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			$$python -m venv $(VENV) && touch $@ && exit 0; \
			echo "$$python cannot make a virtual environment: is its venv module there?" >&2; exit 2; \
		fi; \
	done; echo "Python 3.11 or later is needed and was not found" >&2; exit 2
