# Two commands matter: `make run` and `make test`. Everything else is a part of them.
PYTHON ?= python3
PORT ?= 8501
WORKERS ?= 2
MINUTES ?= 10
BIN := .venv/bin
# Each worker has a database, an engine and a data folder of its own; a file's tests stay together.
PARALLEL := -n $(WORKERS) --dist loadfile
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: install install-test run prepare doctor test test-fast lint audit bench soak sample-table data mini-models clean

install: .venv/.installed
install-test: .venv/.installed-test

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 이상이 필요합니다: make PYTHON=python3.11 install"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "가상환경을 만들 수 없습니다: sudo apt install python3-venv"; exit 1; }
	@touch $@

# torch first and alone: any package that drags it in would pull another build.
.venv/.installed: requirements.txt | .venv/.python
	@echo "패키지를 설치합니다 (처음 한 번, 몇 분 걸립니다)."
	@$(PIP) $$(grep '^torch==' requirements.txt)
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-test: requirements-test.txt .venv/.installed
	@$(PIP) -r requirements-test.txt
	@touch $@

run: install
	@$(BIN)/python -m core prepare
	@$(BIN)/python -m core serve --port $(PORT)

prepare doctor: install
	@$(BIN)/python -m core $@

test: install-test
	@$(BIN)/python -m pytest $(PARALLEL)

test-fast: install-test
	@$(BIN)/python -m pytest $(PARALLEL) -m "not slow"

lint: install-test
	@$(BIN)/ruff check .

# Known vulnerabilities of what is installed; AUDIT=required fails where no advisory service can be reached.
audit: install-test
	@$(BIN)/python -m tests.audit

bench: install-test
	@$(BIN)/python -m core.bench.house
	@$(BIN)/python -m core.bench.encoding
	@$(BIN)/python -m core.bench.evaluation
	@$(BIN)/python -m tests.bench_labelling
	@$(BIN)/python -m tests.bench_beside_embedding

# A team at the dashboard, twenty raters and five viewers: nothing lost, how long things take, whether memory grows.
soak: install-test
	@$(BIN)/python -m tests.soak --minutes $(MINUTES)

sample-table: install-test
	@$(BIN)/python -m core.bench.sample

# The shipped sample and the miniature models, rebuilt from their generators.
data: install
	@$(BIN)/python -m core.items.generator.build

mini-models: install-test
	@$(BIN)/python -m core.models.mini.train
	@$(BIN)/python -m core.models.mini.evaluate --cards

clean:
	rm -rf .venv .data
