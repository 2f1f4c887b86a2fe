# Every target sets up .venv first when it is missing or out of date. ARGS= is passed on.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HISTORIES ?= ../shared/history
STAMP := $(VENV)/.installed
NODE := tests/contract
NODE_STAMP := $(NODE)/node_modules/.installed

# Compiled once and kept, whatever the caller's shell says: each process that is started reads it.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test contract check install format bench bench-detection soak fuzz docs audit sbom picture lock clean
.DEFAULT_GOAL := test

demo: $(STAMP) ## the whole product on this machine, on embedded servers
	@$(BIN)/flakeguard demo $(ARGS)

test: $(STAMP) $(NODE_STAMP) ## every test, in parallel, and whether what was said to GitHub is what it describes
	$(BIN)/python -m pytest $(ARGS)
	$(BIN)/python -m tests.contract

contract: $(STAMP) $(NODE_STAMP) ## the same for the tests of the GitHub side alone
	$(BIN)/python -m pytest tests/bots tests/stories $(ARGS)
	$(BIN)/python -m tests.contract

check: $(STAMP) ## format, lint, types, import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(STAMP) ## the long measurements: ratios, never absolute times
	$(BIN)/python -m tests.bench $(ARGS)

soak: $(STAMP) ## a history as signed webhooks through the real processes; ARGS="HISTORY --reports 400"
	$(BIN)/python -m tests.soak $(ARGS)

bench-detection: $(STAMP) ## every scorer on the histories of HISTORIES, beside the truth; ARGS="--scorer evidence --json"
	$(BIN)/python -m tests.bench.detection $(HISTORIES) $(ARGS)

fuzz: $(STAMP) ## four minutes of looking for input that breaks a reader; ARGS="junit --seconds 60"
	$(BIN)/python -m tests.fuzz $(ARGS)

audit: $(STAMP) ## known holes in what is pinned; asks the package index
	$(BIN)/pip-audit --require-hashes --disable-pip --strict --progress-spinner off -r requirements.txt

sbom: $(STAMP) ## the bill of materials (CycloneDX) in sbom.json
	$(BIN)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible -o sbom.json requirements.txt

picture: $(STAMP) ## the pictures of README and docs/slack.md, from the sandbox's own pages (needs Chromium); ARGS=slack
	$(BIN)/python -m tests.pictures $(ARGS)

install: $(STAMP) ## .venv alone

docs: $(STAMP) ## the README's table of settings and .env.example, from the code
	$(BIN)/python -m app.commands.settings_docs write

lock: ## pin what pyproject.toml asks for (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header -q $(ARGS) pyproject.toml -o requirements.txt
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header -q $(ARGS) --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

# Quiet on stdout: what a target answers in JSON stays JSON.
$(STAMP): pyproject.toml requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "FlakeGuard needs Python 3.11 or later; name one: make PYTHON=python3.11")'
	@echo "Setting up $(VENV); this takes a minute the first time." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

# What tests take from npm: GitHub's description of its API, its example webhooks, and Prism.
$(NODE_STAMP): $(STAMP) $(NODE)/package.json $(NODE)/package-lock.json
	@echo "Installing what the tests need of Node." >&2
	@$(BIN)/python -m tests.contract.node
	@touch $@

clean: ## everything that was made here
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis tests/output sbom.json $(NODE)/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
