# Every target sets up what it needs first; see CONTRIBUTING.md.
PYTHON_IN_VENV := .venv/bin/python
# More test processes than cores, since tests also wait.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
# Hundreds of processes are started: what one has compiled the next one uses.
unexport PYTHONDONTWRITEBYTECODE
export STRATEGY RATE FAIL_AT FAIL_WHEN ORDERS INTERACTIVE FAULT FAULT_AT ABORT_AT SEED ROUNDS BUDGET PARALLEL STRATEGIES DOCS

.PHONY: help setup test long lifecycle lint types demo failback chaos rehearse picture screenshots up down bench clean

help:
	@echo "make test    set up, run the fast tests, then the end-to-end tests"
	@echo "make demo    migrate the sample workload on this machine (STRATEGY= RATE= ORDERS= INTERACTIVE=1"
	@echo "             and for a way back FAIL_AT=step, ABORT_AT=50 or live, FAULT=errors or latency)"
	@echo "make failback   let every step fail in turn and prove the way back (STEPS='a b' FAIL_WHEN=before RATE= ORDERS=)"
	@echo "make chaos   one migration while host, ledger and network fail at random (SEED= ROUNDS= STRATEGY= RATE= ORDERS=)"
	@echo "make rehearse   break one thing after the other in real runs, for BUDGET=18m on PARALLEL=2 environments (STRATEGIES= RATE= MATRIX=whole DOCS=1)"
	@echo "make up      start the embedded environment for exploring; make down stops it"
	@echo "make long    whole runs that crash or turn back on their way (about 5 minutes)"
	@echo "make lifecycle  every step done twice, undone twice, undone from every half (about 25 minutes)"
	@echo "make lint types bench screenshots clean"

setup:
	@local/setup.sh

test: setup
	$(PYTHON_IN_VENV) -m pytest -m "not e2e" -n $(WORKERS) --dist loadfile
	$(PYTHON_IN_VENV) -m pytest -m "e2e and not lifecycle and not long" -n 2 --dist loadfile

long: setup
	$(PYTHON_IN_VENV) -m pytest -m long

lifecycle: setup
	$(PYTHON_IN_VENV) -m pytest -m lifecycle

lint: setup
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check .

types: setup
	$(PYTHON_IN_VENV) -m mypy --num-workers 2 .

demo: setup
	@$(PYTHON_IN_VENV) -m local.demo

failback: setup
	@$(PYTHON_IN_VENV) -m local.failback $(STEPS)

chaos: setup
	@$(PYTHON_IN_VENV) -m local.chaos

rehearse: setup
	@$(PYTHON_IN_VENV) -m local.rehearse

up: setup
	@$(PYTHON_IN_VENV) -m local.up start

down: setup
	@$(PYTHON_IN_VENV) -m local.up stop

picture: setup
	@$(PYTHON_IN_VENV) -m local.picture build/demo/status.json docs/images/run.svg

screenshots: setup
	@$(PYTHON_IN_VENV) -m bench.screenshots

bench: setup
	@$(PYTHON_IN_VENV) -m bench

clean: down
	rm -rf build .venv .venv-ministack node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
