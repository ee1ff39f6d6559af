# The two commands of the README are `make demo` and `make test`; `make help` lists the others.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
# Ansible's own files (temporary ones, caches) stay in the checkout.
export ANSIBLE_HOME := $(CURDIR)/build/ansible

.PHONY: help setup demo emulator test unit coverage integration targets molecule matrix faults bill events proof controller shells bench page recording generated changelog lint planted release clean mutants

help: ## This list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## The virtual environment .venv, with this checkout as its collection

$(STAMP): tests/requirements.txt Makefile
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement tests/requirements.txt
	$(BIN)/python tests/link_collection.py
	touch $@

demo: setup ## Onboard the demo fleet against the emulator, twice, the second without a change; then a report of what goes wrong
	$(BIN)/python -m tests.demo

emulator: setup ## The embedded AWS and platform in the foreground; writes build/emulator.json
	$(BIN)/python -m tests.emulator

test: unit integration targets molecule ## All tests

unit: setup ## Unit tests, two at a time
	$(BIN)/python -m pytest --numprocesses 2 tests/unit

coverage: setup ## Branch coverage of the core by its unit tests alone, file by file; at least 90 %
	$(BIN)/python -m pytest tests/unit --ignore tests/unit/emulator --cov --cov-report=term

integration: setup ## Integration tests, through the real ansible-playbook
	$(BIN)/python -m pytest --numprocesses 2 tests/integration

targets: setup ## The targets of ansible-test integration, as other collections have them
	$(BIN)/python -m tests.targets

molecule: setup ## A scenario for each role
	$(BIN)/python -m tests.run_molecule

matrix: setup ## All of it with every supported ansible-core and Python; MATRIX="oldest newest 2.19-py3.12" chooses
	$(BIN)/python -m tests.matrix $(MATRIX)

mutants: setup ## Mistakes planted in the core's decisions; fails if its unit tests find less than 85 % of them
	$(BIN)/python -m tests.mutants

faults: setup ## Runs killed at every write, lost answers, throttles, no gap, no leak; about three quarters of an hour
	$(BIN)/python -m tests.faults.crash
	$(BIN)/python -m pytest tests/faults

bill: setup ## The whole bill: complete to the cent, gently, from nothing; about an hour, less with BILL_MEMBERS=30
	$(BIN)/python -m pytest -s tests/whole_bill

events: setup ## The rulebook: accounts that join and leave while messages and runs are lost; ten minutes, less with EVENTS_JOINS=10
	$(BIN)/python -m pytest -s tests/events

proof: setup ## What an audit finds: each of some hundred faults, each account of an organization of sixty; a quarter of an hour
	$(BIN)/python -m pytest -s tests/proof

controller: setup ## Jobs as AWX runs them, by ansible-runner: slices of a fleet of 200; a quarter of an hour, less with CONTROLLER_ACCOUNTS=12
	CONTROLLER_ACCOUNTS=$${CONTROLLER_ACCOUNTS:-200} $(BIN)/python -m pytest -s tests/controller

shells: setup ## The integration tests through both shells, every result compared; about an hour and a quarter
	$(BIN)/python -m tests.shells

bench: setup ## Our runs against peers and a floor, 10 to 1000 accounts; writes build/bench.json; about an hour
	$(BIN)/python -m tests.bench

page: setup ## The report's page in a real Chromium: filters, phone, print, accessibility, 5,000 accounts; pictures in build/report/
	$(BIN)/python -m pytest -s tests/report

recording: setup ## A terminal session of 200 accounts with 3 failures, into build/fleet-session.txt and .cast
	$(BIN)/python -m tests.recording

generated: setup ## Write the files made from others: the roles' argument specifications, the version
	$(BIN)/python -m tests.generated

changelog: setup ## Take the fragments into changelogs/changelog.yaml and CHANGELOG.rst, under the version of galaxy.yml
	PATH="$(CURDIR)/$(BIN):$$PATH" antsibull-changelog release --update-existing --reload-plugins

planted: setup ## A fault for each gate of `make lint`, which must find it
	$(BIN)/python -m tests.lint.planted

lint: setup ## Every gate that starts no emulator: sanity, documentation, Galaxy's importer, types, licences and more
	$(BIN)/python -m tests.lint

release: setup ## Build, check and try the tarball for Galaxy; REPOSITORY=https://... is where it is published
	$(BIN)/python -m tests.release $(REPOSITORY)

clean: ## Remove what the other targets made
	rm -rf $(VENV) build
