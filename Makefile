# `make translate` and `make test` do all of their own set-up; the second time they are quick.

PARALLEL ?= --numprocesses logical --maxprocesses 4 --dist worksteal

TEXT ?= the machines win
FROM ?= en
TO ?= fr
export PYTHON

# The recipe reads the text from its environment, exactly as typed: `value` keeps a dollar
# sign from being expanded by make, and the shell never parses what is inside a variable.
unexport TEXT FROM TO
translate: export TRANSLATE_TEXT := $(value TEXT)
translate: export TRANSLATE_FROM := $(value FROM)
translate: export TRANSLATE_TO := $(value TO)

.PHONY: translate test lint types pytest docs wheel clean

translate: .venv-run/.installed
	@.venv-run/bin/traverba translate --from "$$TRANSLATE_FROM" --to "$$TRANSLATE_TO" -- "$$TRANSLATE_TEXT"

test: lint types pytest

lint: .venv/.installed
	.venv/bin/ruff check
	.venv/bin/ruff format --check

types: .venv/.installed
	.venv/bin/mypy

# Tests share nothing, so each core has a process for them; more than four take much memory.
pytest: .venv/.installed
	.venv/bin/pytest $(PARALLEL)

# Replaces the outputs shown in README and docs that are no longer what running them prints.
docs: .venv/.installed
	.venv/bin/python tests/packaging/pages.py --update

wheel: .venv/.installed
	.venv/bin/python -m build --wheel --no-isolation --outdir dist

# Translating needs only the lean runtime; developing needs torch and the rest: two environments.
.venv-run/.installed: EXTRAS = cpu
.venv/.installed: EXTRAS = benchmarks,dev
%/.installed: pyproject.toml constraints.txt .ci/venv
	@echo "Setting up $* (once, it may take a few minutes)" >&2
	@.ci/venv $* $(EXTRAS)
	@touch $@

clean:
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find runtime export tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
