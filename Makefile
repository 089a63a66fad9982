# Every target does its own set-up; the only needs are Python 3.10 or newer, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.current

.PHONY: setup demo docs test coverage lint format types check bench fuzz fuzz-replies kill-test lowest campaign mutants recipes clean

setup: $(STAMP)

# Made anew when pyproject.toml is newer than the last set-up that went through.
$(STAMP): pyproject.toml
	@echo "Setting up $(VENV): this takes a minute, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,emulator]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/python scripts/demo.py

# Writes what is generated in docs/, and what the commands in its pages print now.
docs: $(STAMP)
	$(BIN)/python scripts/reference.py
	$(BIN)/python scripts/picture.py
	$(BIN)/python -m tests.faults.page
	$(BIN)/python -m tests.docs.renew

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

# Processes that the tests start are counted too; each leaves its own file, which are then brought together.
coverage: $(STAMP)
	@$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 2 --dist worksteal $(ARGS)
	@$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --fail-under=95

# Kills applies with SIGKILL at random points, hundreds of times: make kill-test ROUNDS=1000
kill-test: $(STAMP)
	PBXSYNC_KILL_ROUNDS=$(or $(ROUNDS),600) $(BIN)/python -m pytest -n 2 --dist worksteal -rP tests.crash

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(STAMP)
	$(BIN)/mypy

check: lint types test

# The same tests on the oldest libraries that pyproject.toml allows.
lowest: $(VENV)-lowest/.current
	$(VENV)-lowest/bin/python -m pytest -n 2 --dist worksteal $(ARGS)

$(VENV)-lowest/.current: pyproject.toml tests/lowest.txt
	@test -x $(VENV)-lowest/bin/python || $(PYTHON) -m venv $(VENV)-lowest
	@$(VENV)-lowest/bin/python -m pip install --quiet --disable-pip-version-check \
	  --editable '.[dev,emulator]' --constraint tests/lowest.txt
	@touch $@

# Lints the CI recipes, and runs them from the pull request to the apply with act and gitlab-ci-local.
recipes: $(STAMP)
	@$(BIN)/python scripts/recipes.py
	PBXSYNC_RECIPES=1 $(BIN)/python -m pytest -n 3 --dist worksteal tests/recipes $(ARGS)

# Needs nginx and curl, which it installs from Debian; ARGS=--quick for a look of two minutes.
bench: $(STAMP)
	$(BIN)/python -m benchmarks $(ARGS)

# A million inputs for the loader of tenant files; ARGS='--count 20000' for a look, ARGS='--one N' to see one again.
fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz.tenant_files $(ARGS)

# 200,000 inputs for what reads replies, saved plans and journals, with the same arguments.
fuzz-replies: $(STAMP)
	$(BIN)/python -m tests.fuzz.replies $(ARGS)

# Random worlds and random faults, drawn from a number each: `make campaign WORLDS=10000 FIRST=0`; `make campaign SEED=7`.
WORLDS ?= 300
FIRST ?= 0
campaign: $(STAMP)
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED) --without "$(WITHOUT)",--first $(FIRST) --worlds $(WORLDS))

# Changes the core one thing at a time and looks whether a test notices; ARGS=matching for one part, see the script.
mutants: $(VENV)/.mutants
	$(BIN)/python scripts/mutants.py $(ARGS)

$(VENV)/.mutants: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mutants]'
	@touch $@

clean:
	rm -rf .cache mutants $(VENV) $(VENV)-lowest .pbxsync examples/.pbxsync benchmarks/.cache .coverage .coverage.*
