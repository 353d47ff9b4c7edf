# `make demo` and `make test` do all of their own set-up; the first one to run makes .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/set-up-done
TEST := $(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: help setup demo test test-slow check bench microworld hub-rules

help:
	@echo "make demo        the whole loop on the embedded microworld; results in runs/demo"
	@echo "make test        the tests, without the slow ones"
	@echo "make test-slow   the slow tests"
	@echo "make check       lint, format and types"
	@echo "make bench       the benchmarks"
	@echo "make microworld  train the microworld's shipped models again (about an hour)"
	@echo "make hub-rules   fetch the Hub's lists of tasks, languages and licences again (needs npm)"
	@echo "make setup       only the virtual environment in $(VENV)"

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $(PYTHON) is `$(PYTHON) --version`: make PYTHON=python3.11 ..." >&2; exit 1; }
	@echo "Installing into $(VENV), which takes minutes the first time"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt setuptools
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable ".[dev]"
	@touch $@

demo: setup
	$(BIN)/impossible demo --out runs/demo

# One thread a test process: two of them share two cores, and tiny models run slower on more threads.
test test-slow: export OMP_NUM_THREADS ?= 1
test test-slow: export TOKENIZERS_PARALLELISM ?= false

test: setup
	$(TEST) -m "not slow"

test-slow: setup
	$(TEST) -m slow

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python benchmarks/critics.py
	$(BIN)/python benchmarks/sampling.py
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/describe.py

microworld: setup
	$(BIN)/python -m microworld.train

hub-rules: setup
	$(BIN)/python -m scripts.refresh_hub_rules
