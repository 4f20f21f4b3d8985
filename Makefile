# The same verbs for people and for CI. PYTHON picks the interpreter (3.11, 3.12 or 3.13).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
# Hundreds of Python processes are started: each would compile again what none may keep.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run test unit chaos replay fuzz hostile faults webhooks effects golden scripts check bench format contracts images lock clean

help:            ## Show the verbs
	@grep -hE '^[a-z]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Python 3.11, 3.12 or 3.13 is needed; say which: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.local-ready: requirements.txt requirements-local.txt | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt -r requirements-local.txt
	@touch $@

$(VENV)/.dev-ready: requirements-dev.txt $(VENV)/.local-ready
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt -r requirements-dev.txt
	@touch $@

$(VENV)/.bench-ready: requirements-bench.txt $(VENV)/.dev-ready
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-dev.txt -r requirements-bench.txt
	@touch $@

node_modules/.ready: package.json package-lock.json
	npm ci --silent
	@touch $@

setup: $(VENV)/.dev-ready node_modules/.ready  ## Install everything people and CI need

browser:         ## Have a Chromium, in which pages are tested
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } \
	|| { echo 'Pages are tested in Chromium: install it, then try again.'; exit 1; }

run: $(VENV)/.local-ready node_modules/.ready  ## Start the embedded stack and run sample jobs (ARGS=--once ends by itself)
	@$(BIN)/python -m infra.local up $(ARGS)

# Most tests wait for other processes, so more of them at once than there are cores; see tests/sharing.py.
PROCESSES ?= 4

test: setup browser  ## All tests: unit, contract, integration, e2e, chaos (TESTS=path: only those)
ifdef TESTS
	$(BIN)/python -m pytest -q $(TESTS) $(ARGS)
else
	$(BIN)/python -m pytest -q -n $(PROCESSES) --dist loadfile --max-worker-restart=0 $(ARGS)
endif

unit: setup      ## Unit tests alone, in seconds
	$(BIN)/python -m pytest -q -n 2 --dist loadfile tests/unit $(ARGS)

chaos: setup     ## Kill the host 300 times at named points, and under 2,000 jobs at random: minutes
	CHAOS_KILLS_PER_POINT=20 CHAOS_JOBS=2000 $(BIN)/python -m pytest -q tests/chaos $(ARGS)

replay: setup    ## Replay 5,000 dead letters while what drives it is killed every two seconds: minutes
	REPLAY_LETTERS=5000 REPLAY_KILL_SECONDS=2 $(BIN)/python -m pytest -q -rP tests/chaos/test_replays.py $(ARGS)

fuzz: setup      ## Ask every HTTP function, as every kind of caller, what a machine makes up: minutes
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-60} $(BIN)/python -m pytest -q tests/e2e/test_http_fuzz.py tests/e2e/test_http_roles.py $(ARGS)

hostile: setup   ## All broken and hostile videos, of which `make test` takes a sample: minutes
	HOSTILE_FILES=all $(BIN)/python -m pytest -q tests/integration/media/test_hostile_files.py $(ARGS)

faults: setup    ## 5,000 calls to failing models over HTTP, twice: minutes
	FAULT_MIX_CALLS=5000 $(BIN)/python -m pytest -q -rP tests/integration/router/test_fault_mix.py -k network $(ARGS)

webhooks: setup  ## 5,000 events to webhooks while their hosts are killed 100 times: minutes
	WEBHOOK_EVENTS=5000 WEBHOOK_KILLS=100 $(BIN)/python -m pytest -q -rP tests/chaos/test_webhooks.py $(ARGS)

effects: setup   ## 5,000 events to mail, with processes killed at each step, and to metrics: minutes
	MAIL_EVENTS=5000 METRIC_EVENTS=5000 $(BIN)/python -m pytest -q -rP tests/integration/mail tests/contract/metrics $(ARGS)

# Compiled at once: each of its commands would compile hundreds of modules again.
.venv-az/.ready: requirements-az.txt | $(BIN)/uv
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-az
	$(BIN)/uv pip install --quiet --compile-bytecode --python .venv-az/bin/python -r requirements-az.txt
	@touch $@

scripts: setup .venv-az/.ready  ## deploy.sh, verify.sh and rollback.sh with the real az and aws (600 MB), on loopback: minutes
	$(BIN)/shellcheck infra/*.sh
	REAL_CLOUD_TOOLS=$(CURDIR)/.venv-az/bin $(BIN)/python -m pytest -q -n 2 tests/infra $(ARGS)

golden: setup    ## Ask the golden sets of AZURE_AI_ENDPOINT, or the simulator; a report under .local/golden/
	$(BIN)/python -m tests.golden $(ARGS)

prove: setup browser  ## Prove it all: 10,000 jobs, 300 kills, load, security; one page under .local/proof/ (ARGS=--quick: a sample)
	$(BIN)/python -m proof $(ARGS)

check: setup     ## Lint, format, types, import rules, generated documents, infrastructure
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/shellcheck infra/*.sh
	$(BIN)/python -m docs.contracts --check
	$(BIN)/python -m infra.check

bench: setup $(VENV)/.bench-ready  ## Measure each promise against its peer; one JSON line each, kept under .local/bench/
	$(BIN)/python -m benchmarks $(ARGS)

format: setup    ## Format the code and regenerate documents
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .
	$(BIN)/python -m docs.contracts
	$(BIN)/python -m infra.costs.scaling --write

images: setup browser  ## Take the pictures under docs/images/ of the real thing (ARGS=name: only that one)
	$(BIN)/python -m infra.local.pictures $(ARGS)

lock: | $(BIN)/uv  ## Compile the pinned requirements from requirements.in and pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --quiet --no-header --no-emit-index-url requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --quiet --no-header --no-emit-index-url -c requirements.txt --group local -o requirements-local.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --quiet --no-header --no-emit-index-url -c requirements.txt --group dev -o requirements-dev.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --quiet --no-header --no-emit-index-url -c requirements.txt -c requirements-dev.txt --group bench -o requirements-bench.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --quiet --no-header --no-emit-index-url --group cloud -o requirements-az.txt

clean:           ## Forget the stack's data and every cache
	rm -rf .local .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
