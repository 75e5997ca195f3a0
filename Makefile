# make run   sets everything up and turns a sample script into scenes before your eyes
# make test  sets everything up and passes the tests
#
# Both need Go and make, and nothing else. The page is committed as it is built; to build it
# from ui/, or to test it, takes Node.js too.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN    := bin/cineforge
SAMPLE := samples/the_tide_clock.fountain
OUT    := out
TOOL   := go tool -modfile=tools/mod/go.mod

# How long each fuzz target runs.
FUZZTIME ?= 30s

.PHONY: help build run test test-unit page test-page pictures fuzz scenarios simulate-years kill mutants bench bench-peers generate lint vulncheck check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

build: ## build bin/cineforge
	CGO_ENABLED=0 go build -trimpath -o $(BIN) ./cmd/cineforge

run: build ## run a sample script through the pipeline and show where the results lie
	$(BIN) --data $(OUT)/data run $(SAMPLE) --output $(OUT)/results --overwrite
	@echo
	@echo "Look at it in a browser:"
	@echo "  $(BIN) --data $(OUT)/data serve --open"
	@echo "Or with:"
	@echo "  less $(OUT)/results/artifacts/scene_index/project/v1.json"
	@echo "  $(BIN) scenes $(SAMPLE)"
	@echo "  $(BIN) --data $(OUT)/data runs list"
	@echo "Your own script:  $(BIN) run script.fountain"

# "require" makes it a failure that the page can't be tested here. It is none of the program's own.
UI_TESTS := $(CINEFORGE_UI)
unexport CINEFORGE_UI

page: ## build the page from ui/ into internal/page/dist (needs Node.js and npm)
	cd ui && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci; } && npm run --silent build

test-page: build ## the tests of the page (need Node.js, npm and Chromium); part of test, which says so and passes without them
	ui/scripts/test.sh $(UI_TESTS)

# Fuzzing is not part of it: whether a change passes must not depend on luck. What
# fuzzing found is, as seeds that run like any other test.
# The whole system in virtual time, the database and the API are tested in full without the race
# detector, which makes them ten times slower, and in part with it.
test: check test-page ## all tests: checks, the page, the system in virtual time, then every test under the race detector
	@mkdir -p $(OUT)
	CINEFORGE_SCENARIOS=$(abspath $(OUT))/scenarios.txt $(TOOL) gotestsum --format pkgname --format-hide-empty-pkg -- -timeout 15m ./internal/systemtest ./internal/sqlite ./internal/api
	ADVICE_TABLE=$(abspath $(OUT))/advice.txt $(TOOL) gotestsum --format pkgname --format-hide-empty-pkg -- -race -timeout 25m ./...

test-unit: ## the fast tests
	go test -short ./...

check: ## formatting, vet, and that go.mod is tidy (a test compares generated files)
	@test -z "$$(gofmt -l .)" || { echo "not gofmt'ed:"; gofmt -l .; exit 1; }
	go vet ./...
	go mod tidy -diff

# fuzz-targets lists "package target" pairs.
define fuzz-targets
grep -rhoE --include='*_test.go' --with-filename '^func Fuzz[A-Za-z0-9_]*' . | sed -E 's|/[^/]*_test.go:func | |'
endef

fuzz: ## every fuzz target for FUZZTIME (30s)
	@$(fuzz-targets) | while read -r pkg target; do \
	  echo "fuzz $$pkg $$target for $(FUZZTIME)"; \
	  out=$$(go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$pkg" 2>&1) || { echo "$$out"; exit 1; }; \
	done

scenarios: ## every fault scenario through the shipped recipe, as a table; also in out/scenarios.txt
	@mkdir -p $(OUT)
	CINEFORGE_SCENARIOS=$(abspath $(OUT))/scenarios.txt go test -count=1 -run '^TestScenarios$$' ./internal/systemtest || { cat $(OUT)/scenarios.txt; exit 1; }
	@cat $(OUT)/scenarios.txt

# One history has a hundred runs.
RUNS ?= 100000
SEED ?= 1

simulate-years: ## RUNS runs (100000) of random histories from SEED (1) on, in virtual time: faults, deaths, cancels, retries
	GOGC=400 CINEFORGE_YEARS_RUNS=$(RUNS) CINEFORGE_YEARS_SEED=$(SEED) go test -count=1 -timeout 24h -v -run '^TestSimulatedYears$$' ./internal/systemtest | grep --line-buffered -v '^=== '

# How often "make kill" kills the program.
KILLS ?= 300

kill: ## kill -9 the program KILLS (300) times at random instants, and see that no run loses or repeats anything; CINEFORGE_SEED repeats one
	CINEFORGE_KILLS=$(KILLS) go test -count=1 -v -timeout 60m -run '^TestKilledAtRandom$$' ./cmd/cineforge

# Which mutants "make mutants" plays, by a regular expression of their names.
ONLY ?= .

mutants: ## break each mechanism of the core in a build of its own, and see that a test fails; ONLY=regexp plays some of them
	CINEFORGE_MUTANTS='$(ONLY)' go test -count=1 -v -timeout 2h -run '^TestMutants_AreKilled$$' ./internal/mutants | \
	  grep --line-buffered -v '^=== '

bench: ## the benchmarks; compare two outputs with: go tool -modfile=tools/mod/go.mod benchstat old.txt new.txt
	@mkdir -p $(OUT)
	go test -run '^$$' -bench . -benchmem ./... | tee $(OUT)/bench.txt

bench-peers: ## our Fountain parser beside others (needs Node.js and npm)
	bench/peers/run.sh

pictures: build ## take the pictures of the page in docs/ (needs Node.js, npm and Chromium)
	cd ui && npx playwright test -c playwright.pictures.ts

generate: ## make the generated files: docs/cli.md, docs/openapi.json, the problems in docs/api.md, a copy of the changelog, the page's types
	go generate ./...
	@if [ -d ui/node_modules ]; then cd ui && npm run --silent generate; \
	else echo "NOT MADE: ui/src/api/schema.gen.ts, which follows from docs/openapi.json; npm ci in ui/ brings what makes it."; fi

lint: ## golangci-lint, built from its source the first time
	$(TOOL) golangci-lint run ./...

# Without its database it says so and passes: a machine without a network can still release.
vulncheck: ## govulncheck: known vulnerabilities in what the program calls (needs https://vuln.go.dev)
	@if out=$$($(TOOL) govulncheck ./... 2>&1); then echo "$$out"; \
	elif grep -q 'fetching vulnerabilities' <<<"$$out"; then \
	  echo "$$out"; echo; echo "NOT CHECKED: the vulnerability database can't be reached from here."; \
	else echo "$$out"; exit 1; fi

clean: ## remove what was built and made
	rm -rf bin $(OUT)
