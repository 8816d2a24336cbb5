# What a person types. Everything runs from .venv, made from the hash-locked requirements.
PYTHON ?= python3
BIN := .venv/bin
CORPUS ?= ./corpus

.PHONY: help install readers train run test test-all torture check fix lock bench evaluate clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/installed  ## make .venv from the locked requirements and install the project into it

.venv/installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Winnow needs Python 3.11 or newer; name one: make PYTHON=python3.12 install"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

train: install  ## learn the model that tells own text from everything else, from ../shared/bench
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/train.txt
	@$(BIN)/python -m benchmarks.train_cleaner ../shared/bench
	@$(BIN)/python -m benchmarks.learn_usual ../shared/bench

readers: install  ## what only the tests of docs/reading-the-bucket.md need: Polars, pandas, datasets
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/readers.txt

run: install  ## ingest seeds/ into ./corpus and show the result
	@$(BIN)/winnow ingest seeds --into $(CORPUS)
	@echo
	@$(BIN)/winnow show port-lassel-seagrass.txt --cuts --corpus $(CORPUS)

test: install  ## the fast tests; offline, without server or browser
	@$(BIN)/python -m pytest -m "not slow" -rs

test-all: install  ## every test, the slow ones too
	@$(BIN)/python -m pytest -rs

torture: readers  ## everything that may kill, fail or overtake a run, in full: hours
	@WINNOW_TORTURE=full $(BIN)/python -m pytest tests/torture -rs

check: install  ## format, lint, types, tests: what must be green before a commit
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -m "not slow"

fix: install  ## format, and repair what ruff can repair
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock:  ## renew the locked requirements (needs uv and the package index)
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group dev pyproject.toml -o requirements/dev.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group readers -c requirements/dev.txt -o requirements/readers.txt
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group train -c requirements/dev.txt -o requirements/train.txt

bench: install  ## speed beside trafilatura, and of each stage
	@$(BIN)/python -m benchmarks.speed

evaluate: install  ## renew docs/quality.md from the development data in ../shared
	@$(BIN)/python -m benchmarks.quality

clean:  ## remove what make made, but never a corpus
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
