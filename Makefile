# Every command of the project. Needs Python 3.11 or newer and nothing else.

PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
SOURCES := app.py manage.py acceptance bench chalicelib demo deploy local tests
STAGE ?= local
SEEDS ?= 20

.PHONY: help install up run down clean env logs test soak learn bench regret check format deploy admin-key revoke-key

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## */\1|/' | sed 's/\$$\$$/$$/' | awk -F'|' '{printf "make %-10s %s\n", $$1, $$2}'

install:  ## create .venv and the emulator's own environment, when their requirements changed
	@if [ -z "$(PYTHON)" ]; then echo "error: Python 3.11 or newer was not found: install it and run make again" >&2; exit 1; fi
	@$(PYTHON) -m local.setup

up: install  ## start the stack on this machine and return; SMARTLINK_PORT=4577 moves it
	@$(MANAGE) up

run: install  ## start the stack with the demo network and follow its log; Ctrl-C stops it
	@$(MANAGE) run

down:  ## stop the stack; what it holds is kept
	@if [ -x $(BIN)/python ]; then $(MANAGE) down; fi

clean:  ## stop the stack and forget what it held
	@if [ -x $(BIN)/python ]; then $(MANAGE) clean; fi

env:  ## print URL, ADMIN_KEY and EDGE_SECRET for a shell: eval "$$(make -s env)"
	@$(MANAGE) env

logs: install  ## follow what the functions print (STAGE=prod: on AWS)
	@$(MANAGE) logs --stage $(STAGE)

test: up  ## run every test, those against the running stack too
	@$(BIN)/pytest -n auto -m "not stack" --cov
	@$(BIN)/pytest -m stack

soak: up  ## send 20,000 clicks and 600 conversions to the running stack and compare every report with them
	@$(BIN)/python -m acceptance.traffic --clicks 20000 --conversions 600 --check

learn: up  ## let an optimized smartlink learn on the running stack, and hold it against what the traffic maker knows
	@$(BIN)/python -m acceptance.learning

bench: up  ## time the click, cold start, throughput, counting, reports and learning; the table goes to bench/RESULTS.md
	@$(BIN)/python -m bench

regret: install  ## compare the learning with other policies in made-up pools; SEEDS=5 for a first look
	@$(BIN)/python -m bench.regret --seeds $(SEEDS)

check: install  ## formatter, linter, types, then every test
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/mypy $(SOURCES)
	@$(MAKE) --no-print-directory test

format: install  ## format, and mend what the linter can
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

deploy: install  ## deploy to AWS: make deploy STAGE=prod DEPLOY_BUCKET=your-bucket
	@if [ "$(STAGE)" = local ]; then echo "error: name the stage: make deploy STAGE=prod DEPLOY_BUCKET=your-bucket" >&2; exit 1; fi
	@$(MANAGE) deploy --stage $(STAGE)

admin-key: install  ## print a new admin key (STAGE=prod: on AWS)
	@$(MANAGE) admin-key --stage $(STAGE)

revoke-key: install  ## revoke an admin key at once: make revoke-key KEY_ID=abc123… (STAGE=prod: on AWS)
	@$(MANAGE) revoke-key --stage $(STAGE)
