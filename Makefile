# make          builds the database, draws the pages and says where they are
# make test     builds in a scratch database and runs every test and linter
# make coverage runs the tests again and says how much of scripts/ they reach
# make shell    opens the database in the DuckDB shell, with its questions at hand
# make exports  writes the marts as Parquet and CSV
# make docs     writes the documentation with the lineage graph, one page
# make spark    builds on Spark what runs there and compares it with the database; needs Java
# make benchmark  measures the project beside its peers and writes docs/performance.md

ifeq ($(wildcard scripts/install.py),)
$(error this folder is not the project's; name that with --directory)
endif
ifneq ($(findstring ?,$(CURDIR)),)
$(error DuckDB cannot write a database below a folder with "?" in its name; move the project)
endif
ifneq ($(shell pwd -P | iconv -f UTF-8 -t UTF-8 > /dev/null 2>&1 || echo refused),)
$(error DuckDB cannot write a database below a folder whose name is no UTF-8; move the project)
endif

PYTHON ?= python3
BIN := .venv/bin
# Python starts these scripts: their first line names the folder that they were installed in.
RUN := $(BIN)/python $(BIN)/
# Without what editors leave there and make cannot read; dbt leaves that out by .dbtignore.
INPUTS := $(shell find seeds models macros tests/generic tests/singular \
                       ! -path '*/.*' ! -path '*[!A-Za-z0-9_./-]*') \
          dbt_project.yml profiles.yml .dbtignore
PAGES := reports/index.html reports/explorer.html
TEMPLATES := $(shell find scripts/templates -type f)
# What was installed is recorded in the environment, but where that is a link and so not ours.
RECORDS := $(if $(shell readlink .venv),target,.venv)

# Which make would take for built.
IN_THE_WAY := $(strip $(foreach path,$(PAGES) image_models.duckdb, \
                  $(shell test -f $(path) || ! test -e $(path) || echo $(path))))
ifneq ($(IN_THE_WAY),)
$(error $(IN_THE_WAY) is no file and would be lost; move it)
endif

# What dbt builds and tests is not the caller's to say, nor how Python runs.
unexport $(filter DBT_% PYTHON%,$(.VARIABLES))
export PYTHONUTF8 := 1

# An interrupted make leaves the published database alone.
.PRECIOUS: image_models.duckdb
.PHONY: always report test coverage lint scratch shell exports docs spark benchmark

report: $(PAGES)
	@echo "The pages:$(foreach page,$^, $$PWD/$(page))"

$(PAGES) &: image_models.duckdb scripts/plot.py scripts/charts.py $(TEMPLATES)
	$(BIN)/python scripts/plot.py

image_models.duckdb: $(RECORDS)/installed $(INPUTS) scripts/build.py
	$(BIN)/python scripts/build.py

# dbt names what is deprecated only in the files that it parses anew.
STRICTLY := --no-partial-parse --warn-error-options '{"error": ["Deprecations"]}'

# A file's tests share what they open, and the files begin in the order of tests/python/conftest.py.
PYTEST := IMAGE_MODELS_DB=target/test/image_models.duckdb $(RUN)pytest \
          --numprocesses=auto --maxprocesses=4 --dist=loadscope --no-loadscope-reorder

test: $(RECORDS)/installed-dev
	$(MAKE) --jobs=2 lint scratch
	$(PYTEST) --durations=15

# Apart from test, which it would slow down by a quarter.
coverage: $(RECORDS)/installed-dev scratch
	$(PYTEST) --cov --cov-fail-under=95

lint:
	$(BIN)/ruff check && $(BIN)/ruff format --check
	$(RUN)sqlfluff lint models tests/singular

scratch:
	rm -rf target/test && mkdir -p target/test
	IMAGE_MODELS_DB=target/test/image_models.duckdb $(RUN)dbt build --profiles-dir . $(STRICTLY)
	$(RUN)dbt-bouncer

shell: image_models.duckdb
	$(RUN)duckdb -readonly -init image_models.sql image_models.duckdb

exports: image_models.duckdb
	$(BIN)/python scripts/export.py

# From a copy, so that an open shell is in nobody's way.
docs: image_models.duckdb
	rm -rf target/docs && mkdir -p target/docs reports && cp image_models.duckdb target/docs/
	IMAGE_MODELS_DB=target/docs/image_models.duckdb $(RUN)dbt docs generate --static --profiles-dir .
	mv target/static_index.html reports/docs.html
	@echo "The documentation: $$PWD/reports/docs.html"

spark: .venv-spark/installed image_models.duckdb
	$(BIN)/python scripts/spark.py

benchmark: $(RECORDS)/installed-dev image_models.duckdb
	$(BIN)/python scripts/benchmark.py

$(RECORDS)/installed: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) scripts/install.py .venv $@ $<

$(RECORDS)/installed-dev: requirements-dev.txt $(RECORDS)/installed
	$(PYTHON) scripts/install.py .venv $@ $<

.venv-spark/installed: requirements-spark.txt
	$(PYTHON) scripts/install.py .venv-spark $@ $<

ifneq ($(RECORDS),.venv)
.venv/%: target/% ;
endif

# Anew where the environment was moved to, or where its Python is gone.
installed_at := $(or $(shell cat $(RECORDS)/installed 2> /dev/null),$(realpath .venv))
ifneq ($(if $(realpath $(BIN)/python),$(installed_at)),$(realpath .venv))
$(RECORDS)/installed: always
endif
