# The few commands that people need. `make demo` and `make test` are enough to begin with.
.PHONY: demo test check fmt journeys messages benchmarks clean

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done || true)
PORT ?= 8000
BIN = .venv/bin
export DJANGO_SETTINGS_MODULE = huomiao.settings

# The whole product on its embedded default, with a living demo province.
demo: .installed
	@HUOMIAO_DEMO=1 exec $(BIN)/huomiao demo --port $(PORT)

# The whole suite: on SQLite, and on PostgreSQL where one is reachable.
test: .installed-dev
	@$(BIN)/python dev/run_tests.py

# Everything that can be said about the code without running it.
check: .installed-dev
	$(BIN)/ruff check src tests dev benchmarks hatch_build.py
	$(BIN)/ruff format --check src tests dev benchmarks hatch_build.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet src
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python dev/translations.py check

# Stories in a real browser (Chromium).
journeys: .installed-dev
	@$(BIN)/python dev/run_tests.py --journeys

fmt: .installed-dev
	$(BIN)/ruff check --fix src tests dev benchmarks hatch_build.py
	$(BIN)/ruff format src tests dev benchmarks hatch_build.py

# Bring the English catalogues up to date with the source.
messages: .installed-dev
	$(BIN)/python dev/translations.py extract
	$(BIN)/python dev/translations.py compile

benchmarks: .installed-dev
	@for name in orgs assignment import_table import_bank declaration_lists; do \
		echo; echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache

.PHONY: .installed .installed-dev
.installed:
	@$(if $(PYTHON),$(PYTHON),echo "需要 Python 3.11 或更高版本 / Python 3.11 or newer is needed" && false) dev/bootstrap.py
.installed-dev:
	@$(if $(PYTHON),$(PYTHON),echo "需要 Python 3.11 或更高版本 / Python 3.11 or newer is needed" && false) dev/bootstrap.py --dev
