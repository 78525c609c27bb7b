# make          builds the database, draws the pages and says where they are
# make test     builds in a scratch database and runs every test and linter
# make shell    opens the database in the DuckDB shell, with its questions at hand
# make exports  writes the marts as Parquet and CSV
# make docs     writes the documentation with the lineage graph, one page
# make benchmark  measures the project beside its peers and writes docs/performance.md

PYTHON ?= python3
BIN := .venv/bin
INPUTS := $(shell find seeds models macros tests/generic tests/singular) \
          dbt_project.yml profiles.yml
PAGES := reports/index.html reports/explorer.html
TEMPLATES := $(shell find scripts/templates -name '*.js' -o -name '*.html.jinja')

# An interrupted make leaves the published database alone.
.PRECIOUS: image_models.duckdb
.PHONY: report test lint scratch shell exports docs benchmark

report: $(PAGES)
	@echo "The pages: $(abspath $^)"

$(PAGES) &: image_models.duckdb scripts/plot.py scripts/charts.py $(TEMPLATES)
	$(BIN)/python scripts/plot.py

image_models.duckdb: .venv/installed $(INPUTS) scripts/build.py
	$(BIN)/python scripts/build.py

# dbt names what is deprecated only in the files that it parses anew.
STRICTLY := --no-partial-parse --warn-error-options '{"error": ["Deprecations"]}'

# A file's tests share what they open, and the files begin in the order of their names.
SPREAD := --numprocesses=auto --maxprocesses=4 --dist=loadscope --no-loadscope-reorder

test: .venv/installed-dev
	$(MAKE) --jobs=2 lint scratch
	IMAGE_MODELS_DB=target/test/image_models.duckdb $(BIN)/pytest $(SPREAD) --durations=15 --cov --cov-fail-under=95

lint:
	$(BIN)/ruff check && $(BIN)/ruff format --check
	$(BIN)/sqlfluff lint models tests/singular

scratch:
	rm -rf target/test && mkdir -p target/test
	IMAGE_MODELS_DB=target/test/image_models.duckdb $(BIN)/dbt build --profiles-dir . $(STRICTLY)
	$(BIN)/dbt-bouncer

shell: image_models.duckdb
	$(BIN)/duckdb -readonly -init image_models.sql image_models.duckdb

exports: image_models.duckdb
	$(BIN)/python scripts/export.py

# From a copy, so that an open shell is in nobody's way.
docs: image_models.duckdb
	rm -rf target/docs && mkdir -p target/docs reports && cp image_models.duckdb target/docs/
	IMAGE_MODELS_DB=target/docs/image_models.duckdb $(BIN)/dbt docs generate --static --profiles-dir .
	mv target/static_index.html reports/docs.html
	@echo "The documentation: $(abspath reports/docs.html)"

benchmark: .venv/installed-dev image_models.duckdb
	$(BIN)/python scripts/benchmark.py

.venv/installed: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@
