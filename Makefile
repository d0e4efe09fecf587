# Everything runs in .venv beside this file, whatever else is active, so that results are the same for everyone.
# uv makes it from uv.lock where uv is installed, else pip; `make UV= TARGET` goes without uv.

BIN := .venv/bin
INSTALLED := .venv/.installed
UV := $(shell command -v uv)
PEERS := celery packaging rq dramatiq

# What `make eval` asks about, by name and version: the evidence of the questions is lines of exactly these.
EVAL := build/eval
EVAL_SDISTS := attrs-24.2.0 click-8.1.8 marshmallow-3.22.0 tornado-6.4.1 urllib3-2.2.3
EVAL_TEXTS := notes chat conversations talks
EVAL_DOCS := black-23.12.1 black-24.10.0 black-25.1.0 pip-23.3.2 pip-24.3.1
EVAL_COMMIT := 2435276876d953491f88dadc8b00112a1416355d
EVAL_HALF := development

# Tests with whole sets of processes: one after the other, the machine to themselves. All others run side by side.
WHOLE := tests/bench tests/bridge tests/chaos tests/e2e tests/faults

# A python3 that is new enough; `make PYTHON=... TARGET` names another.
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON = $(firstword $(foreach python,$(CANDIDATES),$(shell $(python) -c '$(NEW_ENOUGH)' 2>/dev/null && echo $(python))))

# The development packages of pyproject.toml, one a line. Only pip 25.1 and later read that table themselves.
DEV_PACKAGES := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")

export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check fmt lock bench bench-peers eval eval-data fuzz mcp-outside clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

# One shell for all, so that `down` runs however the rest ended, and a failure keeps its exit code.
demo: $(INSTALLED) ## up, two asks, status, down: ifmem on this repository itself
	@PATH="$(CURDIR)/$(BIN):$$PATH"; \
	run() { printf '\n$$ %s\n' "$$1"; eval "$$1"; }; \
	leave() { code=$$?; run 'ifmem down' || [ $$code -ne 0 ] || code=1; exit $$code; }; \
	trap leave EXIT; trap 'exit 130' INT; trap 'exit 143' TERM; set -e; \
	run 'ifmem up'; \
	run 'ifmem ask "How does the supervisor notice a process that hangs?"'; \
	run 'ifmem ask "Where is a claim handed back to its queue?"'; \
	run 'ifmem status'

test: $(INSTALLED) ## run the tests; make test ARGS="-k bus" for some
	$(BIN)/python -m pytest $(ARGS)

check: $(INSTALLED) ## format check, lint, types, tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist loadfile $(WHOLE:%=--ignore=%)
	$(BIN)/python -m pytest $(WHOLE)

fmt: $(INSTALLED) ## format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Without anyone's own index settings: a mirror's address in uv.lock would break it for everyone else.
lock: ## resolve uv.lock again (needs uv)
	env -u UV_DEFAULT_INDEX -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS uv lock --no-config $(ARGS)

bench: $(INSTALLED) ## measure ifmem, beside the neighbours that are installed
	$(BIN)/ifmem bench $(ARGS)

bench-peers: $(INSTALLED) ## install the neighbours that the bench compares with
	$(if $(UV),uv pip install --python $(BIN)/python,$(BIN)/python -m pip install) $(PEERS)

# git looks no further up than this folder: what is in it is no part of this repository.
eval: eval-data ## measure the answers to the questions in tests/data/eval; make eval EVAL_HALF=held-out for the other half
	@for corpus in ifmem $(EVAL_SDISTS) portal $(EVAL_TEXTS); do questions=tests/data/eval/$(EVAL_HALF)/$${corpus%-*}.jsonl; \
		[ -f "$$questions" ] || continue; echo "$$corpus"; \
		GIT_CEILING_DIRECTORIES="$(CURDIR)/$(EVAL)" $(BIN)/ifmem -C $(EVAL)/$$corpus eval "$$questions" $(ARGS) || exit; done

eval-data: $(INSTALLED) $(EVAL)/ifmem $(EVAL)/portal $(EVAL_TEXTS:%=$(EVAL)/%) $(EVAL_SDISTS:%=$(EVAL)/%) ## fetch and unpack what `make eval` asks about

$(EVAL)/ifmem:
	git clone --quiet --shared --no-checkout . $@.part && git -C $@.part checkout --quiet $(EVAL_COMMIT) && mv $@.part $@

$(EVAL_TEXTS:%=$(EVAL)/%): $(EVAL)/%: $(wildcard $(EVAL_TEXTS:%=tests/data/eval/%/*.md))
	rm -rf $@ && mkdir -p $@ && cp tests/data/eval/$*/*.md $@

# The documentation of several releases side by side, as in a repository that keeps old versions, and the notes of those who work on it.
$(EVAL)/portal: $(EVAL_DOCS:%=$(EVAL)/%) tests/data/eval/portal.py
	rm -rf $@ $@.part && mkdir -p $@.part
	for release in $(EVAL_DOCS); do mkdir $@.part/$$release && case $$release in \
		pip-*) cp -r $(EVAL)/$$release/docs/html $@.part/$$release/docs && cp $(EVAL)/$$release/NEWS.rst $@.part/$$release ;; \
		*) cp -r $(EVAL)/$$release/docs $(EVAL)/$$release/*.md $@.part/$$release ;; esac || exit; done
	find $@.part -type f ! -name '*.md' ! -name '*.rst' ! -name '*.py' -delete
	$(BIN)/python tests/data/eval/portal.py $@.part/portal
	mv $@.part $@

$(EVAL_SDISTS:%=$(EVAL)/%) $(EVAL_DOCS:%=$(EVAL)/%): $(EVAL)/%: | $(INSTALLED)
	$(if $(UV),uv tool run pip,$(BIN)/python -m pip) download --quiet --disable-pip-version-check --no-deps \
		--no-binary $(firstword $(subst -, ,$*)) --dest $(EVAL) $(subst -,==,$*)
	tar -xzf $(EVAL)/$*.tar.gz -C $(EVAL)

fuzz: $(INSTALLED) ## try 100,000 hostile inputs on every parser
	FUZZ_CASES=4000 $(BIN)/python -m pytest tests/fuzz --timeout 3600 $(ARGS)

mcp-outside: $(INSTALLED) ## look at the MCP server with the Inspector and the conformance suite (needs Node 22.19 or later)
	PATH="$(CURDIR)/$(BIN):$$PATH" contrib/mcp/outside.sh

clean: ## remove .venv, caches and builds; keeps .ifmem
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find ifmem tests -type d -name __pycache__ -exec rm -rf {} +

$(INSTALLED): pyproject.toml uv.lock
ifneq ($(UV),)
	uv sync --locked || { echo "make: uv cannot install what uv.lock names (see above); trying pip, without the lock" >&2; \
		$(MAKE) --no-print-directory UV= $@; }
else
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { $(make-venv); }
	@$(BIN)/python -c '$(DEV_PACKAGES)' > .venv/dev-packages.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --editable . --requirement .venv/dev-packages.txt
endif
	@touch $@

# Debian keeps venv out of python3: virtualenv will do, else say what to install.
define make-venv
	if [ -z "$(PYTHON)" ]; then \
		echo "make: ifmem needs Python 3.11 or later; python3 here is $$(python3 --version 2>&1)." >&2; \
		echo "  Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	echo "$(PYTHON) -m venv .venv"; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null && $(PYTHON) -m venv --clear .venv \
	|| $(PYTHON) -m virtualenv --quiet --clear .venv 2>/dev/null \
	|| { echo "make: $(PYTHON) cannot make a virtual environment: it has neither venv with ensurepip nor virtualenv." >&2; \
		echo "  Install one of: apt-get install python3-venv    or: uv" >&2; exit 1; }
endef
