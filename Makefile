# Every command of the project. Needs Python 3.11 or newer and nothing else.

PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
SOURCES := app.py manage.py acceptance bench chalicelib demo deploy local tests
STAGE ?= local
SEEDS ?= 20

.PHONY: help install up run down clean env logs test coverage soak learn bench query restore-clicks redrive replay-clicks restore regret freeze check format deploy rollback undeploy admin-key revoke-key

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## */\1|/' | sed 's/\$$\$$/$$/' | awk -F'|' '{printf "make %-14s %s\n", $$1, $$2}'

install:  ## create .venv and the emulator's environment if their requirements changed
	@if [ -z "$(PYTHON)" ]; then echo "error: Python 3.11 or newer was not found. Install it and run make again." >&2; exit 1; fi
	@$(PYTHON) -m local.setup

up: install  ## start the stack on this machine; SMARTLINK_PORT=4577 uses another port
	@$(MANAGE) up

run: install  ## start the stack with the demo network and follow its logs; Ctrl-C stops it
	@$(MANAGE) run

down:  ## stop the stack; data is kept
	@if [ -x $(BIN)/python ]; then $(MANAGE) down; fi

clean:  ## stop the stack and delete its data
	@if [ -x $(BIN)/python ]; then $(MANAGE) clean; fi

env:  ## print URL, TRACKING_URL, ADMIN_KEY and EDGE_SECRET for a shell: eval "$$(make -s env)"
	@$(MANAGE) env

logs: install  ## follow the function logs (STAGE=prod: on AWS)
	@$(MANAGE) logs --stage $(STAGE)

test: up  ## run all tests but the longest, including those against the running stack
	@$(MANAGE) openapi-tools
	@$(BIN)/pytest -n auto -m "not stack and not long"
	@$(BIN)/pytest -n 2 --dist loadfile -m "not alone and not long" tests/stack
	@$(BIN)/pytest -m "alone and not long" tests/stack

coverage: install  ## run the unit tests and measure which branches of chalicelib they reach, and which rights of the functions they use: all of them
	@$(MANAGE) openapi-tools
	@rm -rf .local/aws_calls
	@RECORD_CALLS=.local/aws_calls $(BIN)/pytest -n auto -m "not stack" --cov
	@$(BIN)/python -m tests.aws_calls .local/aws_calls

soak: up  ## send 20,000 clicks and 600 conversions to the running stack and check every report; play 100 stories of money; try 1,000 examples of each property and 60 requests of each endpoint; run the longest tests
	@$(BIN)/python -m acceptance.traffic --clicks 20000 --conversions 600 --check
	@STORIES=100 $(BIN)/pytest -q -n auto tests/conversions/test_money_model.py
	@EXAMPLES=1000 $(BIN)/pytest -q -n auto tests/domain tests/routing tests/admin/targeting_values tests/admin/smartlinks
	@EXAMPLES=60 $(BIN)/pytest -q -n auto tests/api_docs/test_any_request.py
	@$(BIN)/pytest -q -n auto --dist loadfile -m long

learn: up  ## run the optimizer on the running stack and compare its weights with the known best offers
	@$(BIN)/python -m acceptance.learning

bench: up  ## benchmark clicks, cold starts, throughput, counting, lists, reports and learning; writes bench/RESULTS.md
	@$(BIN)/python -m bench

query: install  ## query the archive: make query SQL="SELECT count(*) FROM clicks" FROM=2026-11-01 TO=2026-11-02 FORMAT=csv (STAGE=prod: on AWS)
	@$(MANAGE) query --stage $(STAGE)

restore-clicks: install  ## put clicks of the archive back into the table: make restore-clicks FROM=2026-11-01 TO=2026-11-02 (STAGE=prod: on AWS)
	@$(MANAGE) restore-clicks --stage $(STAGE)

redrive: install  ## move dead letters back to their queue: make redrive QUEUE=clicks|postbacks|emails|learning|imports|merging (STAGE=prod: on AWS)
	@$(MANAGE) redrive --stage $(STAGE)

replay-clicks: install  ## write the clicks that are only in the log, or in FILE=…, since SINCE=… (STAGE=prod: on AWS)
	@$(MANAGE) replay-clicks --stage $(STAGE)

restore: install  ## compare a table with what it was at a time, or bring it back: make restore TABLE=campaigns AT=2026-11-28T10:00:00Z APPLY=missing|changed|exact (STAGE=prod: on AWS)
	@$(MANAGE) restore --stage $(STAGE)

export SQL FROM TO FORMAT MAX_GB QUEUE FILE SINCE TABLE AT APPLY

regret: install  ## compare the optimizer with other policies on simulated pools; SEEDS=5 is quicker
	@$(BIN)/python -m bench.regret --seeds $(SEEDS)

freeze: install  ## write the frozen sample of a release: make freeze RELEASE=0.2.0
	@RELEASE=$(RELEASE) $(BIN)/pytest -q -p no:randomly tests/freeze_release.py

check: install  ## run formatter, linter, type check and all tests
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/mypy $(SOURCES)
	@$(MAKE) --no-print-directory test

format: install  ## format, and apply automatic lint fixes
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

deploy: install  ## show the changes, ask, deploy to AWS and test: make deploy STAGE=prod DEPLOY_BUCKET=your-bucket
	@$(MANAGE) deploy --stage $(STAGE)

rollback: install  ## deploy the template before the present one: make rollback STAGE=prod DEPLOY_BUCKET=your-bucket
	@$(MANAGE) rollback --stage $(STAGE)

undeploy: install  ## delete a stack without data; DELETE_DATA=smartlink-prod deletes it with its data: make undeploy STAGE=prod
	@$(MANAGE) undeploy --stage $(STAGE)

# The names of the variables that were given to make, not by the shell, which sets some of these too.
given = $(foreach name,$(1),$(if $(findstring command line,$(origin $(name))),$(name)))

admin-key: install  ## print a new admin key of the first owner, or of EMAIL=… or USER=usr_…; NAME=… and EMAIL=… name the first owner (STAGE=prod: on AWS)
	@GIVEN="$(call given,NAME EMAIL USER)" $(MANAGE) admin-key --stage $(STAGE)

revoke-key: install  ## revoke an admin key: make revoke-key KEY_ID=abc123… (STAGE=prod: on AWS)
	@$(MANAGE) revoke-key --stage $(STAGE)
