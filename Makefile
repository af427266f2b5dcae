# Needs Python 3.11 or newer and make, nothing else. `make` alone lists what there is.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
VENV := .venv/bin/python
# Checks look at the code, not at this machine's database and keys.
CHECK := IGNORE_DOTENV=1 LOCAL=1 SECRET_KEY=only-for-checks-0123456789-abcdefghijklmnop FIELD_KEYS=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=

.DEFAULT_GOAL := help
.PHONY: help python setup run dev demo test test-sqlite test-postgres lint format types shell clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module was not found. Install it (on Debian and Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python3"; exit 1; }

setup: python ## make .venv with everything for work on the code, and .env
	@$(PYTHON) -m travelplanner.local --dev --keys

run: python ## start the product on http://127.0.0.1:8000 (PORT=... for another port)
	@$(PYTHON) -m travelplanner.local --keys
	@$(VENV) manage.py setup_local
	@exec $(VENV) manage.py serve

dev: python ## the same, and load code, templates and style anew when they change
	@$(PYTHON) -m travelplanner.local --dev --keys
	@$(VENV) manage.py setup_local
	@exec $(VENV) manage.py serve --reload

demo: python ## empty the local database and load the demo data anew (asks first; YES=1 does not)
	@$(PYTHON) -m travelplanner.local --keys
	@$(VENV) manage.py setup_local --reset $(if $(YES),--yes)

test: python ## every test, on SQLite and on PostgreSQL where one can be had (ARGS="-k word" for pytest)
	@$(PYTHON) -m travelplanner.local --dev
	@exec $(VENV) tests/run.py $(ARGS)

test-sqlite: python ## every test, on SQLite
	@$(PYTHON) -m travelplanner.local --dev
	@exec $(VENV) tests/run.py --only sqlite $(ARGS)

test-postgres: python ## every test, on PostgreSQL
	@$(PYTHON) -m travelplanner.local --dev
	@exec $(VENV) tests/run.py --only postgres $(ARGS)

lint: python ## style, import directions, templates
	@$(PYTHON) -m travelplanner.local --dev
	$(VENV) -m ruff check .
	$(CHECK) .venv/bin/lint-imports --no-cache
	$(CHECK) $(VENV) manage.py lint_templates

format: python ## let ruff repair what it can
	@$(PYTHON) -m travelplanner.local --dev
	$(VENV) -m ruff check --fix .

types: python ## mypy with the Django plugin
	@$(PYTHON) -m travelplanner.local --dev
	$(CHECK) $(VENV) -m mypy travelplanner accounts trips bookings

shell: python ## Django's shell on the local database
	@$(PYTHON) -m travelplanner.local --keys
	@exec $(VENV) manage.py shell

clean: ## remove .venv and caches; the database, .env and var/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
