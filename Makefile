# `make demo` and `make test` work in a fresh clone: they make .venv when it is missing, unfinished
# or older than what it is made from.

.DEFAULT_GOAL := help
.PHONY: help install test coverage demo format bench docs clean
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)

VENV := .venv
# Scripts in .venv hold its absolute path, so the stamp names the place: a clone that was moved, like
# an installation that was cut short, has no stamp of its own and is made anew.
STAMP := $(VENV)/.installed-$(shell printf '%s' "$(CURDIR)" | cksum | cut -d ' ' -f 1)

help:
	@echo 'make test     every check and test, by one command (scripts/check.py)'
	@echo 'make coverage  the tests once more, with the lines that none of them runs'
	@echo 'make demo     24 months of a small group, report in demo-out/'
	@echo 'make format   put the code into the house format'
	@echo 'make bench    run the benchmarks'
	@echo 'make docs     build the documentation into docs/_build/html'
	@echo 'make clean    remove everything that was made, with .venv'

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo 'harmony-core needs Python 3.11 or later; name yours: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "harmony-core needs Python 3.11 or later, but $(PYTHON) is $$("$(PYTHON)" --version 2>&1); name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -f $@ || { echo 'Making $(VENV)'; "$(PYTHON)" -m venv --clear $(VENV); }
	@echo 'Installing harmony-core and its tools into $(VENV)'
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $@

# Building the documentation needs as much again as testing; whoever only tests is spared it.
$(STAMP)-docs: $(STAMP)
	@echo 'Installing the tools of the documentation into $(VENV)'
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

test: $(STAMP)
	@$(VENV)/bin/python scripts/check.py

coverage: $(STAMP)
	@$(VENV)/bin/python -m pytest --numprocesses=2 --dist=loadfile --quiet --cov --cov-report=term

demo: $(STAMP)
	@$(VENV)/bin/harmony-core demo --out demo-out

format: $(STAMP)
	@$(VENV)/bin/python -m ruff check --fix-only --quiet .
	@$(VENV)/bin/python -m ruff format .

bench: $(STAMP)
	@$(VENV)/bin/python -m benchmarks

docs: $(STAMP)-docs
	@$(VENV)/bin/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo 'docs/_build/html/index.html'

clean:
	rm -rf $(VENV) demo-out docs/_build build dist .coverage .coverage.* .hypothesis \
		.mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
