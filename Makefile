# make run and make test are the only two commands a newcomer needs.
# make help lists all.

.DEFAULT_GOAL := help

# Three packages are built and tested at a time: each may start a PostgreSQL, the smallest machine
# that is looked after has two processors, and with only two packages these wait a fifth of the time.
# go vet has looked at everything before, and nobody debugs these programs: both would take time again.
TEST_FLAGS ?= -race -p 3 -timeout 30m -vet=off -ldflags=-w

# The packages whose tests take longest begin first, so that no processor is idle at the end.
LONGEST := ./web ./domain/refresh ./domain/contract ./domain/indicator

ASSAY := bin/assay
TOOLS := bin/golangci-lint bin/oapi-codegen

# Tests that go through fewer cases under the race detector (package racing), or through none, are run
# without it too, through all. A package that has such tests stands here, and their names.
WHOLE_FLAGS ?= -p 3 -timeout 30m -vet=off -ldflags=-w
WHOLE_PACKAGES := ./web ./domain/refresh ./api ./domain/contract ./domain/indicator ./domain/engagement ./domain/sample \
	./domain/crosscheck ./domain/cube ./cmd/assay
WHOLE := TestEveryRouteAsEveryRole TestRefreshOfDirtyMonthsEqualsThatOfAll TestEveryOperationAsEveryRole \
	TestNothingForbiddenGetsThrough TestObjectionsWalk TestExcessIsAsCountedCaseByCase TestAScoreIsTheExactWeightedMean \
	TestScorecards TestQuantile TestSpearman TestCubeAndSQLAgree TestCubeAndSQLAgreeUnderOtherSettings TestCubeAndSQLAgreeOnASample \
	TestOneWorldSeenInSeveralWays TestRebuildOfFewMonthsEqualsThatOfAll TestMemoryDoesNotGrow TestAccessIsThereExactlyWhileAnEngagementHolds \
	TestPagesAreAccessible TestInARealBrowser TestLifeOfAContract TestFavouredPairsStandOut TestAssignmentIsRandomWithoutFavours \
	TestPlantedHabitsShow TestProfilesMeetTheirFigures TestConcentrationIsThatOfAKnownCountry TestMixedIsReformedInTheMiddle TestTheEndIsOpen \
	TestWhatIsPlantedInASampleIsFound TestACleanSampleBreaksNothing TestKoreanFileByHand TestThePageOfManyGroups \
	TestEveryIndicatorHasItsPages TestTheDemoShowsEveryPhase TestAnImportOnAFullDiskLeavesNothing
space := $(subst ,, )

# The walks of property tests begin with the same number each time, so that what passes once passes
# always. RAPID_SEED=0 walks where nobody has been yet.
export RAPID_SEED ?= 20260104

# A race is told at the moment when it is seen. The second that the detector sleeps at the end of every program, and of every
# program that a test starts, shows nothing more.
export GORACE ?= atexit_sleep_ms=50

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: run
run: ## start the demo: three sample administrations, everything computed, on a private PostgreSQL
	@sh deploy/install-packages postgresql
	@$(MAKE) --no-print-directory build
	@exec $(ASSAY) demo $(ARGS)

.PHONY: build
build: ## build bin/assay
	CGO_ENABLED=0 go build -trimpath -o $(ASSAY) ./cmd/assay

.PHONY: test
test: ## all checks: format, vet, linters, generated code, and every test, with the race detector where it can see something
	@sh deploy/install-packages postgresql redis-server chromium gcc npm pdfsig pkcs11-tool softhsm2-util
	@sh deploy/fetch-axe
	@$(MAKE) --no-print-directory format vet lint generated bin/provider
	go test $(TEST_FLAGS) $(LONGEST) ./...
	go test $(WHOLE_FLAGS) -run '^($(subst $(space),|,$(strip $(WHOLE))))$$' $(WHOLE_PACKAGES)

.PHONY: format
format: ## check that all code is formatted
	@unformatted=$$(gofmt -l .) && test -z "$$unformatted" || \
		{ echo "not formatted, run gofmt -w:" >&2; echo "$$unformatted" >&2; exit 1; }

.PHONY: vet
vet: ## look for mistakes that compile
	go vet ./...

.PHONY: lint
lint: bin/golangci-lint ## run the linters of .golangci.yml
	bin/golangci-lint run ./...

.PHONY: generate
generate: $(TOOLS) ## write the generated code anew
	PATH="$(CURDIR)/bin:$$PATH" go generate ./...

# Generated files carry .gen.go in their name; after go generate they must be the same.
.PHONY: generated
generated: ## check that the generated code is what make generate writes
	@before=$$(find . -name '*.gen.go' | sort | xargs -r sha256sum) && \
	$(MAKE) --no-print-directory generate && \
	after=$$(find . -name '*.gen.go' | sort | xargs -r sha256sum) && \
	test "$$before" = "$$after" || { echo "generated code was not up to date: commit what make generate has written" >&2; exit 1; }

# A module of its own, because DuckDB needs cgo.
.PHONY: bench-cube
bench-cube: ## ask the cube, DuckDB and PostgreSQL the same questions; ARGS="-rows 1000000 -plot FILE" and others
	@sh deploy/install-packages postgresql gcc
	cd cmd/cubebench && CGO_ENABLED=1 go run . $(ARGS)

# A benchmark or test that is not there would pass unseen: each is looked for first.
.PHONY: bench-intake
bench-intake: ## load and compute a million declarations, beside a bare COPY of the same rows
	@sh deploy/install-packages postgresql
	@go test -list '^BenchmarkIntake$$' ./domain/refresh | grep -q '^BenchmarkIntake$$' || \
		{ echo "BenchmarkIntake is not in domain/refresh" >&2; exit 1; }
	go test -run '^$$' -bench '^BenchmarkIntake$$' -benchtime 1x -timeout 60m ./domain/refresh

.PHONY: bench-pages
bench-pages: ## time breakdown pages over 250,000 declarations in the server, against a bound of 50 ms; BENCH_SCALE=N for other sizes
	@sh deploy/install-packages postgresql
	@go test -list '^BenchmarkPages$$' ./cmd/assay | grep -q '^BenchmarkPages$$' || \
		{ echo "BenchmarkPages is not in cmd/assay" >&2; exit 1; }
	go test -run '^$$' -bench '^BenchmarkPages$$' -benchtime 1x -timeout 20m ./cmd/assay

.PHONY: bench-web
bench-web: ## print what every page weighs and how long it takes on a slow line, and hold it to the limits
	@sh deploy/install-packages postgresql chromium
	ASSAY_BENCH_WEB=yes go test -count=1 -timeout 15m -v -run '^TestPages$$/^weights$$' ./web

.PHONY: bench-access
bench-access: ## time what asking costs: 10,000 people, 200 administrations, 1,000 lines of policies; at most 1 ms over the bare answer
	@sh deploy/install-packages postgresql
	@go test -list '^BenchmarkAccess$$' ./cmd/assay | grep -q '^BenchmarkAccess$$' || \
		{ echo "BenchmarkAccess is not in cmd/assay" >&2; exit 1; }
	go test -run '^$$' -bench '^BenchmarkAccess$$' -benchtime 1x -timeout 10m ./cmd/assay

.PHONY: bench-contracts
bench-contracts: ## time a month of 2,000 scorecards over 1,000,000 declarations, at most 30 s, and reading one, at most 100 ms
	@sh deploy/install-packages postgresql
	@go test -list '^BenchmarkCards$$' ./domain/contract | grep -q '^BenchmarkCards$$' || \
		{ echo "BenchmarkCards is not in domain/contract" >&2; exit 1; }
	go test -run '^$$' -bench '^BenchmarkCards$$' -benchtime 1x -timeout 20m ./domain/contract

.PHONY: screenshots
screenshots: ## make the picture of README.md anew; all pictures are in tmp/pictures
	@sh deploy/install-packages postgresql chromium
	ASSAY_SCREENSHOTS=$(CURDIR)/tmp/pictures go test -count=1 -timeout 15m -run '^TestScreenshots$$' ./web
	mkdir -p web/handbook
	cp tmp/pictures/board-en-light-desktop.png web/handbook/board.png

.PHONY: journeys
journeys: ## walk the day of every role in three languages on desktop and phone, with pictures in tmp/journeys
	@sh deploy/install-packages postgresql chromium
	mkdir -p tmp/journeys
	ASSAY_JOURNEYS=all ASSAY_SCREENSHOTS=$(CURDIR)/tmp/journeys go test -count=1 -timeout 30m -run '^TestPages$$/^journeys$$' ./web

.PHONY: life
life: ## play the whole life of a performance contract, with pictures of every step in tmp/life
	@sh deploy/install-packages postgresql chromium
	mkdir -p tmp/life
	ASSAY_LIFE_PICTURES=$(CURDIR)/tmp/life go test -count=1 -timeout 15m -run '^TestLifeOfAContract$$' ./web

.PHONY: clean
clean: ## remove what was built and the files of test clusters
	rm -rf bin
	rm -rf "$${TMPDIR:-/tmp}/assay-test-$$(id -u)"

# The tools have a module of their own, so that their dependencies stay out of the program's.
$(TOOLS) &: deploy/tools/go.mod deploy/tools/go.sum
	go -C deploy/tools build -o $(CURDIR)/bin/ tool
	@touch $(TOOLS)

# A real identity provider for the tests of signing in, a module of its own for the same reason.
bin/provider: deploy/provider/go.mod deploy/provider/go.sum deploy/provider/main.go
	CGO_ENABLED=0 go -C deploy/provider build -trimpath -o $(CURDIR)/bin/provider .
	@touch $@
