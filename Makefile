# The developers' verbs. `make setup` once, then `make check` before every commit.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup test lint check sample docs grammar

setup:            ## a virtual environment with everything
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e '.[dev]'

test:             ## all tests
	$(BIN)/pytest

lint:             ## style, types, layers, rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/checker lint rules

check: lint test  ## what CI runs, in the present environment
	$(BIN)/checker test rules --coverage
	$(BIN)/checker docs --check docs

sample:           ## a month of four platforms in sample-data/
	$(BIN)/checker sample sample-data

grammar:          ## the tables of the grammar, after a change of checker/language/grammar.lark
	$(BIN)/python -m checker.language.tables

docs:             ## write the generated pages
	$(BIN)/checker docs --write docs
