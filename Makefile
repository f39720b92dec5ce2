# Every task by name. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
MAKEFLAGS += --no-print-directory
CARGO ?= cargo
# what tests need beyond the default: PostgreSQL, and places where they may kill
TEST_FEATURES = postgres,failpoints
# unit tests that know a database or a store
ROWS = db:: accounts:: webhooks:: retention:: pipeline::open pipeline::outcome jobs:: storage::
# tests from outside that know neither, so that the second round leaves them out
PURE = $(foreach name,architecture egress report fixtures settings catalogue migrations mutations memory proxy limits listener slow_clients demo readme,--skip $(name)::)
CHECKS ?= advisories bans licenses sources
BIN = $${CARGO_TARGET_DIR:-target}/quick/proofsheet

.PHONY: help run test test-faults test-stores test-hostile test-proxies test-slow-clients test-egress test-receivers verify-metadata verify-references verify-reports snapshots sample-report lint lint-deploy demo bench bench-reportlab setup audit fmt clean-data check-rust check-test-tools

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{ printf "  make %-16s %s\n", $$1, $$2 }'

run: check-rust ## build quickly and start on http://localhost:8080 with SQLite and files under ./data
	@$(CARGO) build --locked --profile quick
	@exec $(BIN) serve

test: check-rust check-test-tools ## every test: on SQLite and a directory, then on a PostgreSQL of its own and S3; installs what is missing
	@start=$$SECONDS
	@$(CARGO) test --locked --features $(TEST_FEATURES) --no-run
	@built=$$SECONDS
	@$(CARGO) test --locked --features $(TEST_FEATURES)
	@first=$$SECONDS
	@export PROOFSHEET_TEST_STORE=s3
	@.ci/postgres $(CARGO) test --locked --features $(TEST_FEATURES) --lib -- $(ROWS)
	@.ci/postgres $(CARGO) test --locked --features $(TEST_FEATURES) --test it -- $(PURE)
	@echo "make test: built in $$((built - start)) s, on SQLite and a directory in $$((first - built)) s, on PostgreSQL and S3 in $$((SECONDS - first)) s"

test-faults: check-rust check-test-tools ## kill -9 at every boundary, database, store and disk failing: all of it, a few minutes
	@PROOFSHEET_TEST_FULL=1 timeout 1800 $(CARGO) test --locked --features $(TEST_FEATURES) --test it faults -- --nocapture --test-threads 2

test-stores: check-rust check-test-tools ## every case on s3s-fs and Garage, every fault of a bucket; builds Garage once (10 to 40 minutes; WITHOUT_GARAGE=1 leaves it out)
	@$(CARGO) test --locked --features $(TEST_FEATURES) --no-run
	@PROOFSHEET_TEST_FULL=1 timeout 1800 $(CARGO) test --locked --features $(TEST_FEATURES) --lib storage:: -- --nocapture
	@PROOFSHEET_TEST_FULL=1 timeout 2700 $(CARGO) test --locked --features $(TEST_FEATURES) --test it stores:: -- --nocapture --test-threads 2
	@if [ -n "$(WITHOUT_GARAGE)" ]; then echo "make test-stores: without Garage"; exit 0; fi
	@.ci/garage timeout 900 $(CARGO) test --locked --features $(TEST_FEATURES) --lib storage:: -- --ignored --nocapture

test-hostile: check-rust check-test-tools ## thousands of broken files through the real workers and the service, a few minutes
	@PROOFSHEET_TEST_FULL=1 timeout 1800 $(CARGO) test --locked --features $(TEST_FEATURES) --test it mutations -- --nocapture --test-threads 1

test-proxies: check-rust check-test-tools ## the shipped proxy profiles with a real HAProxy and a real nginx
	@for tool in haproxy nginx; do command -v $$tool >/dev/null || { echo "make test-proxies needs $$tool. Install haproxy and nginx-light." >&2; exit 1; }; done
	@timeout 900 $(CARGO) test --locked --features $(TEST_FEATURES) --test it proxy -- --nocapture --include-ignored

test-contract: check-rust check-test-tools ## the running service against its own OpenAPI document: schemathesis, all checks, about 8 minutes (needs python3-venv)
	@$(CARGO) test --locked --features $(TEST_FEATURES) --test it --no-run
	@.ci/contract $${CARGO_TARGET_DIR:-target}/debug/proofsheet

test-slow-clients: check-rust check-test-tools ## slow heads, bodies and readers: a hundred of each by hand, then 300 of each by slowhttptest; others' times printed
	@command -v slowhttptest >/dev/null || { echo "make test-slow-clients needs slowhttptest. Install slowhttptest." >&2; exit 1; }
	@PROOFSHEET_TEST_FULL=1 timeout 900 $(CARGO) test --locked --features $(TEST_FEATURES) --test it -- listener:: slow_clients:: --nocapture --include-ignored --test-threads 1

test-egress: check-rust check-test-tools ## what webhooks may not connect to: 239 targets, redirects, rebinding, proxy variables, real listeners; figures printed
	@timeout 900 $(CARGO) test --locked --features $(TEST_FEATURES) --lib -- webhooks::egress webhooks::tests::egress webhooks::tests::hostile --nocapture
	@timeout 900 $(CARGO) test --locked --features $(TEST_FEATURES) --test it egress:: -- --nocapture

test-receivers: check-rust ## a thousand deliveries judged by five receivers of other people, and the receivers of docs/snippets (needs python3-venv, node, npm)
	@FEATURES=$(TEST_FEATURES) .ci/test-receivers

verify-metadata: check-rust ## what is found in metadata against exiftool, over all fixtures (needs exiftool; FOLDERS=... adds others)
	@command -v exiftool >/dev/null || { echo "make verify-metadata needs exiftool. Install libimage-exiftool-perl." >&2; exit 1; }
	@$(CARGO) build --locked --profile quick
	@.ci/verify-metadata $(BIN) $(FOLDERS)

verify-references: check-rust ## every number against NumPy, OpenCV, scikit-image, ImageHash and others, on 350 pictures (needs python3-venv)
	@FEATURES=$(TEST_FEATURES) .ci/verify-references

verify-reports: check-rust check-test-tools ## every page of every kind of report as poppler and MuPDF draw it, and as it looked before; figures printed
	@PROOFSHEET_TEST_FULL=1 timeout 900 $(CARGO) test --locked --features $(TEST_FEATURES) --test it -- report:: --nocapture

snapshots: check-rust check-test-tools ## write the reports' layout snapshots and pictures of pages anew: look at them before they are committed
	@PROOFSHEET_TEST_SNAPSHOTS=write $(CARGO) test --locked --features $(TEST_FEATURES) --test it -- report::layout report::expected
	@git status --short tests/it/report/snapshots fixtures/expected

sample-report: check-rust check-test-tools ## make docs/sample-report.pdf and pictures of its pages anew, of the photographs in fixtures/ (needs python3)
	@$(CARGO) build --locked --profile quick
	@.ci/sample-report $(BIN)

lint-deploy: ## docker-compose.yml against its schema, the Dockerfiles with hadolint, the scripts' syntax (needs python3-venv)
	@.ci/lint-deploy

lint: check-rust ## formatting, clippy and documentation, warnings refused
	@$(CARGO) fmt --check
	@$(CARGO) clippy --locked --all-targets --features $(TEST_FEATURES) -- -D warnings
	@$(CARGO) check --locked
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items

demo: check-rust ## the whole main job on sample photos: upload, report, signed webhook, verified
	@$(CARGO) build --locked --profile quick
	@exec $(BIN) demo

bench: check-rust ## decode, measure, report and the whole path at 2, 12 and 24 MP
	@$(CARGO) bench --locked --profile quick

bench-reportlab: check-rust ## the report beside krilla and ReportLab; makes a Python environment first
	@.ci/bench-reportlab

setup: check-rust check-test-tools ## install what building and testing need
	@echo "Everything is here. Next: make run"

audit: ## licences, advisories, bans and sources of the dependencies
	@if ! command -v cargo-deny >/dev/null; then
	  echo "make audit needs cargo-deny. Install it with: cargo install --locked cargo-deny" >&2
	  exit 1
	fi
	@cargo deny check $(CHECKS)

fmt: ## format the source
	@$(CARGO) fmt

clean-data: ## throw away ./data: database, reports and keys of `make run`
	@if [ ! -d data ]; then echo "There is no ./data."; exit 0; fi
	@if [ -t 0 ]; then
	  read -r -p "Throw away ./data with its database, reports and keys? [y/N] " answer
	  [ "$$answer" = y ] || { echo "Kept."; exit 0; }
	fi
	@rm -rf data
	@echo "./data is gone. The next \`make run\` is a first start."

check-rust:
	@.ci/need rust

check-test-tools:
	@.ci/need test-tools
