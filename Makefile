# `make up` and `make test` need Python 3.11 or newer and install the rest: docs in README.md.
PYTHON ?= python3
# Runs a command with .venv and the Pulumi engine on PATH, and the sandbox's private Pulumi home.
RUN := $(PYTHON) tools/env.py --
# The pure core: what is allowed, the controls and the proof. Every line and branch is tested.
CORE := components/wsus_egress/problems.py,components/wsus_egress/names/*,components/wsus_egress/model/*,components/wsus_egress/config/*,components/wsus_egress/controls/*,components/wsus_egress/proof/*,components/wsus_egress/review/change.py,components/wsus_egress/review/notes.py,components/wsus_egress/review/rules.py,components/wsus_egress/review/spans.py
# The fast tests: the package's own, without the engine, browsers, other validators, wheels, set-up and stand-ins.
FAST := tests/unit tests/golden $(addprefix --ignore=tests/unit/,repository tools sandbox)
CODE := components sandbox tools tests benchmarks policy_pack
# Every file that pins packages with hashes.
LOCKS := requirements.txt tools/requirements.txt tools/engine/requirements.txt .github/actions/policy-preview/requirements.txt

# A variable that a user mistypes would be nothing at all: `make up EVN=mine` would deploy the sandbox.
GIVEN := $(foreach each,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(each)))),$(each)))
UNKNOWN := $(filter-out CASES ENV JOBS MODULE PYTHON SAMPLE SECONDS SEED SHARE TAG RUN CORE FAST CODE LOCKS,$(GIVEN))
ifneq ($(UNKNOWN),)
$(error $(firstword $(UNKNOWN)) is not a variable of this Makefile; the choices are CASES, ENV, JOBS, MODULE, PYTHON, SAMPLE, SECONDS, SEED, SHARE, TAG)
endif

.DEFAULT_GOAL := help
.PHONY: help setup up down check test lint unit fuzz fuzzed faults mutants bench schemas lock advisories dist release pictures docs changelog clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup: ## Install what is missing: .venv, a Pulumi engine, the stand-ins for the clouds
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "error: $(PYTHON) is not on PATH: the project is written in Python. Install Python 3.11 or newer, or say where it is: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) tools/setup.py

up: setup ## Deploy the sandbox, or ENV=mine, to stand-ins with the real engine and show its policy
	@$(PYTHON) sandbox/stack.py up $(if $(ENV),'$(ENV)')

down: ## Remove what `make up`, or `make up ENV=mine`, deployed
	@$(PYTHON) sandbox/stack.py down $(if $(ENV),'$(ENV)')

check: setup lint ## Lint, types and the fast tests: about a minute, for while you work
	$(RUN) python -m pytest -q -n 2 --dist worksteal $(FAST)

test: setup lint unit ## Run everything that a change must pass

lint: setup ## Check style, format, types and layers
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy $(CODE)
	$(RUN) mypy __main__.py
	$(RUN) lint-imports

unit: setup ## Run the tests; the core must have 100 % coverage
	@# Three for two cores: a test of the engine waits for processes a third of its time.
	$(RUN) python -m pytest -n 3 --dist worksteal --durations=10 --cov --cov-report=term
	$(RUN) coverage report --include='$(CORE)' --fail-under=100

fuzz: setup ## Try mutated inputs of every kind for SECONDS=60 from SEED=1; what fails is kept in .sandbox/fuzz
	$(RUN) env PYTHONPATH=tests/support python -m fuzz --seconds $(or $(SECONDS),60) --cases $(or $(CASES),0) --seed $(or $(SEED),1) --jobs $(or $(JOBS),1)

fuzzed: setup ## Try CASES=1000000 of them, JOBS=2 at once from SEED=1, and write benchmarks/fuzz.md
	$(RUN) env PYTHONPATH=tests/support python -m fuzz --cases $(or $(CASES),1000000) --seed $(or $(SEED),1) --jobs $(or $(JOBS),2) --page benchmarks/fuzz.md

faults: setup ## Play a cloud's faults at every call (SHARE=8: one of 8), and write benchmarks/faults.md
	$(RUN) env PYTHONPATH=components:sandbox:tools:tests/support python -m life --share $(or $(SHARE),1) --seed $(or $(SEED),1) --jobs $(or $(JOBS),2) --page benchmarks/faults.md

mutants: setup ## Try every mutant of the core, or MODULE=names, or SAMPLE=60 from SEED=1, JOBS=2 at once; goes on where it stopped
	$(RUN) python tools/mutate.py $(if $(MODULE),--module '$(MODULE)') --sample $(or $(SAMPLE),0) --seed $(or $(SEED),1) --jobs $(or $(JOBS),1)

bench: setup ## Measure side by side with the alternatives, and write benchmarks/README.md
	$(RUN) python benchmarks/run.py --output benchmarks/README.md

schemas: setup ## Write what follows from code: JSON Schemas, pages of docs/, argument types, Pulumi's schema
	$(RUN) python -m wsus_egress.schemas
	$(RUN) python tools/settings_page.py
	$(RUN) python tools/believed_page.py
	$(RUN) python tools/permissions_page.py
	$(RUN) python tools/arguments.py
	$(RUN) python -m wsus_egress.plugin > .schema.partial && mv .schema.partial components/schema.json || { rm -f .schema.partial; exit 1; }

lock: ## Resolve the requirements.in files anew into the hash-pinned lock files
	@$(PYTHON) tools/lock.py

advisories: setup ## Ask the package index for known vulnerabilities of every pinned package
	@# Strict: a package that the index does not describe is a failure, not a line among many.
	$(RUN) pip-audit --strict --require-hashes --disable-pip --progress-spinner off $(addprefix -r ,$(LOCKS))

dist: setup ## Build the wheel and the sdist reproducibly, and their bill of materials
	$(RUN) python tools/release.py build

release: setup ## Make everything of a release but its publication: make release TAG=vX.Y.Z
	$(RUN) python tools/release.py check $(TAG)
	$(RUN) mkdocs build --strict
	$(RUN) python tools/release.py build
	$(RUN) python tools/release.py notes > dist/release-notes.md
	WSUS_EGRESS_WHEEL="$$(echo "$(CURDIR)"/dist/*.whl)" SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) \
	  $(RUN) python -m pytest -q tests/unit/repository/test_wheel.py tests/unit/repository/test_wheel_suite.py

pictures: setup ## Draw the pictures of the documentation anew; those of a comment need Chromium
	$(RUN) python tools/pictures.py
	$(RUN) python tools/website/comment.py

docs: setup ## Build the documentation site into .sandbox/site
	$(RUN) mkdocs build --strict

changelog: setup ## Collect the changelog's fragments under the version in release.py
	$(RUN) towncrier build --yes --version "$$($(RUN) python -c 'from wsus_egress.release import VERSION; print(VERSION)')"

clean: ## Remove .venv, .sandbox and dist; the engine in the per-user cache stays
	rm -rf .venv .sandbox dist
