# Two commands for a newcomer: `make demo` and `make test`. Needs python3 (3.11-3.13), pip and make.
#
# Every package is pinned in requirements.lock with its hash. After changing pyproject.toml:
#   uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
#     --generate-hashes --no-header -o requirements.lock
#   uv pip compile pyproject.toml --universal --python-version 3.11 \
#     --generate-hashes --no-header -o requirements-web.lock

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Arguments for pytest, e.g. `make test ARGS="-k search"` or, without workers, `make test ARGS=-n0`, or
# for the demo, `make demo ARGS=--fresh`; and the demo's port.
ARGS ?=
PORT ?= 8000

# The tests start many processes: each would compile the modules of bookrec again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo port test lint docs browser clean

help:  ## This list
	@echo "bookrec: from readers, books and ratings to a bookshop site with recommendations"
	@echo
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18
	@echo
	@echo "Another Python: make demo PYTHON=python3.12. Another port: make demo PORT=8080."
	@echo "Then: $(BIN)/bookrec --help"

demo: port install  ## The whole path on sample data, and the site
	$(BIN)/bookrec demo --port $(PORT) $(ARGS)

# Before an installation of minutes.
port:
	@! command -v "$(PYTHON)" >/dev/null || "$(PYTHON)" -c 'import socket, sys; \
	  sys.exit(not socket.socket().connect_ex(("127.0.0.1", $(PORT))))' || { \
	  echo "Port $(PORT) of 127.0.0.1 is in use, perhaps by an earlier demo, which is then at" \
	    "http://127.0.0.1:$(PORT)/; choose another: make demo PORT=$$(($(PORT) + 1))." >&2; exit 1; }

test: install  ## All tests (some skip, saying why, without Chromium or the real data sets)
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 \
	  --dist loadfile --no-loadscope-reorder $(ARGS)

lint: install  ## Style, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: install  ## The documentation as a site, in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

install: $(STAMP)  ## The environment in .venv, from the lock file

browser:  ## How to get the browser of the browser tests
	@if command -v chromium >/dev/null 2>&1; then \
	  echo "Chromium is there: $$(command -v chromium)"; \
	else \
	  echo "The browser tests drive Chromium; on Debian and Ubuntu, as root:"; \
	  echo "  apt-get install chromium fonts-dejavu"; \
	fi

clean:  ## Remove the environment, caches and the demo; data sets, models and the shop stay
	[ ! -e demo/DEMO ] || rm -rf demo
	rm -rf $(VENV) dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +

# The first pip in an environment is as old as its Python; it understands hashes all the same.
# Building our own package needs hatchling, which the lock brings: nothing unpinned is fetched.
# pip would compile the 15,000 modules on one core, for 40 seconds; compileall takes all cores. Some
# packages bring files that are no Python of today: those stay as they are.
$(STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@$(call supported,$(BIN)/python,make clean and then make install)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --no-compile -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $@

$(BIN)/python:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "There is no $(PYTHON) here; install Python 3.11, 3.12 or 3.13, or name one:" \
	    "make $(or $(MAKECMDGOALS),install) PYTHON=/path/to/python3" >&2; exit 1; }
	@$(call supported,$(PYTHON),make $(or $(MAKECMDGOALS),install) PYTHON=python3.12)
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make environments; install its venv module" \
	    "(Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

# $(call supported,PYTHON,WHAT TO RUN INSTEAD): refuse in a sentence what pip would refuse in many.
supported = "$(1)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
  echo "bookrec runs on Python 3.11, 3.12 and 3.13, but $(1) is" \
    "$$("$(1)" --version 2>/dev/null || echo "none that starts"); run instead, for example: $(2)" \
    >&2; exit 1; }
