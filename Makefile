# Two commands: `make up` serves everything, `make test` proves it. `make help` lists the rest.

PORT ?= 8000
STATE_DIR ?= .state

.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

# Any Python may call it: it finds a suitable one by itself. That of .venv starts faster than a version manager's.
bootstrap = for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	if "$$python" -c "" 2>/dev/null; then exec "$$python" -I deploy/bootstrap.py $(1); fi; done; \
	echo "No Python found: version 3.11 or newer is needed." >&2; exit 1

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: up
up: ## Install what is missing and serve everything on http://127.0.0.1:8000 (PORT=, STATE_DIR=)
	@$(call bootstrap)
	@exec $(PYTHON) -m services.cli up --port "$(PORT)" --state-dir "$(STATE_DIR)"

.PHONY: up-services
up-services: ## The same, each service in a process of its own
	@$(call bootstrap)
	@exec $(PYTHON) -m services.cli up-services --port "$(PORT)" --state-dir "$(STATE_DIR)"

.PHONY: down
down: ## Stop what `make up` started, and what a killed one left running (STATE_DIR=)
	@$(call bootstrap)
	@exec $(PYTHON) -m services.cli down --state-dir "$(STATE_DIR)"

.PHONY: reset
reset: ## Remove the state folder: database, indexes, everything (STATE_DIR=)
	@$(call bootstrap)
	@exec $(PYTHON) -m services.cli reset --state-dir "$(STATE_DIR)"

.PHONY: test
test: ## Run the test suite
	@$(call bootstrap,--dev)
	@exec $(PYTHON) -m pytest -n 2 -m "not check"

.PHONY: check
check: ## Run the test suite and the tests that take longer
	@$(call bootstrap,--dev)
	@$(PYTHON) -m pytest -n 2 -m "not check"
	@exec $(PYTHON) -m pytest -m check

.PHONY: lint
lint: ## Check format, style, types and who imports whom
	@$(call bootstrap,--dev)
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports

.PHONY: format
format: ## Format the code and mend what can be mended
	@$(call bootstrap,--dev)
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

.PHONY: bench-contract
bench-contract: ## Measure what the common contract costs on one hot read
	@$(call bootstrap,--dev)
	@exec $(PYTHON) -m benchmarks.contract

.PHONY: bench-duplicates
bench-duplicates: ## Measure how fast and how well possible duplicates are found
	@$(call bootstrap,--dev)
	@exec $(PYTHON) -m benchmarks.duplicates

.PHONY: bench-webhooks
bench-webhooks: ## Measure how fast one worker delivers, beside a bare loop, and fan-out to 1,000 endpoints
	@$(call bootstrap,--dev)
	@exec $(PYTHON) -m benchmarks.webhooks

.PHONY: chaos-webhooks
chaos-webhooks: ## Kill delivery workers at random for 60 s and count what is lost
	@$(call bootstrap,--dev)
	@exec $(PYTHON) -m tests.integration.webhooks.chaos

.PHONY: bench-catalog
bench-catalog: ## Measure the catalog with 100,000 initiatives: reads, pages, GeoJSON, the load, memory
	@$(call bootstrap,--dev)
	@exec $(PYTHON) -m benchmarks.catalog

.PHONY: demo-partner
demo-partner: ## Watch a partner network follow by webhook and feed, be killed, and catch up
	@$(call bootstrap)
	@exec $(PYTHON) -m demo.partner

.PHONY: openapi
openapi: ## Write openapi/*.json from the apps
	@$(call bootstrap)
	@exec $(PYTHON) -m services.cli openapi

.PHONY: lint-openapi
lint-openapi: ## Check openapi/*.json with Spectral and Redocly, by rules of our own (needs Node and npm)
	@openapi/lint/run.sh openapi/*.json

# The document of all services together is made of the others.
.PHONY: release-documents
release-documents: ## Keep openapi/*.json as those of a release: later ones have to stay compatible
	@$(call bootstrap,--dev)
	@$(PYTHON) -m pytest -q tests/contract/common/test_breaking.py tests/contract/catalog/test_openapi.py -k "broken or committed"
	@cp $(filter-out openapi/letsfood.json,$(wildcard openapi/*.json)) openapi/released/
	@sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml > openapi/released/VERSION

compile = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-emit-index-url --no-annotate --no-header --quiet

.PHONY: lock
lock: ## Write both locks anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "uv is needed to write the locks." >&2; exit 1; }
	@$(compile) --output-file requirements.lock
	@$(compile) --extra dev --output-file requirements-dev.lock
