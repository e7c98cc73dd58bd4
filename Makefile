# Two commands do everything, set-up included: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# Beside the environment that it audits, so that it adds nothing to it.
AUDIT := $(VENV)-audit
# The validator of RO-Crates wants an older rich; tests look for it there, and say so where it lacks.
CRATES := $(VENV)-crates
# Small matrices: more threads than one make torch slower, not faster.
export OMP_NUM_THREADS ?= 1

# Empty, so that what has been compiled is kept: most of a test's start is reading sources again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test fast nightly soak fuzz audit check docs reference benchmark clean
.DEFAULT_GOAL := demo

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev,docs,postgresql,dask,readers,pictures,export]"
	touch $(READY)

demo: $(READY)  ## closed-loop campaign on simulated hardware, then report.html
	$(BIN)/pressloop run examples/mos2_secondary_press.toml
	$(BIN)/pressloop report --ledger sqlite:///pressloop-demo.db

$(CRATES):
	$(PYTHON) -m venv $(CRATES)
	$(CRATES)/bin/pip install --quiet "roc-validator==0.13.0" || echo "no roc-validator: crates are not validated"

test: $(READY) $(CRATES)  ## the test suite, in three processes: much of it waits for emulated machines
	$(BIN)/python -m tools.suite -n 3 --dist loadfile --no-loadscope-reorder

fast: $(READY)  ## the part of it that needs no Prefect server and no real time, on two cores
	$(BIN)/python -m pytest -m "not prefect and not slow and not sockets and not nightly and not soak and not fuzz" -n 2 --dist loadfile

nightly: $(READY) $(CRATES)  ## every test: those that make test leaves out too, because each takes long
	PRESSLOOP_TESTS_FORK=0 $(BIN)/python -m pytest -m "not soak" -n 3 --dist loadfile --no-loadscope-reorder

soak: $(READY)  ## 100 short campaigns, killed, stopped and set back at random, for an hour or two
	$(BIN)/python -m pytest -m soak -s tests/flows/faults/test_soak.py

fuzz: $(READY)  ## hostile inputs for an hour, four minutes a test; make test gives each two seconds
	PRESSLOOP_FUZZ_S=$${PRESSLOOP_FUZZ_S:-240} PRESSLOOP_FUZZ_SEED=$${PRESSLOOP_FUZZ_SEED:-$$(date +%s)} \
		$(BIN)/python -m pytest -m fuzz

audit: $(READY)  ## known vulnerabilities of the installed packages, where a source of them answers
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/pip install --quiet "pip-audit>=2.9,<3"
	$(PYTHON) tools/audit.py $(AUDIT)/bin/pip-audit "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

check: $(READY) docs  ## style, floors, types, and pages whose links lead somewhere
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

docs: $(READY)  ## the documentation site, in site/: offline, a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

reference: $(READY)  ## docs/reference/cli.md, settings.md and python.md, made from the program
	$(BIN)/python -m tools.reference

benchmark: $(READY)  ## figures of speed, size and accuracy
	$(BIN)/python benchmarks/figures.py

clean:  ## forget the demo and the environment
	rm -rf $(VENV) $(AUDIT) $(CRATES) pressloop-demo.* report.html site
