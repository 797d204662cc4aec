CC         ?= cc
CFLAGS     ?= -O3 -g
PREFIX     ?= /usr/local
DESTDIR    ?=
BUILD      ?= build
CLANG      ?= clang
PKG_CONFIG ?= pkg-config

FUZZ_SECONDS ?= 10

MAKEFLAGS += --no-print-directory

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
FLAGS    = -std=c17 -D_GNU_SOURCE -I. $(WARNINGS) $(CFLAGS)

libs       = $(shell $(PKG_CONFIG) --libs $(1) || echo "Run ./bootstrap deps" >&2)
CORE_LIBS  = $(call libs,jansson libxxhash libcrypto) -pthread -lm
AWS_LIBS   = $(call libs,libcurl expat inih jansson libcrypto) -lm
LOCAL_LIBS = $(call libs,libmicrohttpd)
MODEL_LIBS = $(call libs,sqlite3)
TUI_LIBS   = $(call libs,ncursesw inih)
TEST_LIBS  = $(call libs,cmocka)

ifeq ($(V),1)
say = @:
else
Q   = @
say = @printf '  %-5s %s\n'
endif

# What there is: every .c of a folder belongs to that folder's part.
FOLDERS = base core aws pipeline model ops tui cli local
LAYOUTS = $(wildcard layouts/*.json)
THEMES  = $(wildcard themes/*.ini)
STACK_FILES = deploy/machine.asl.json deploy/template.json
C_FILES = $(wildcard $(addsuffix /*.c,$(FOLDERS) tests/unit tests/aws tests/pipeline tests/ops tests/local tests/model tests/tui tests/fuzz bench bench/experiment))
H_FILES = $(wildcard $(addsuffix /*.h,$(FOLDERS) tests tests/unit tests/aws tests/pipeline tests/ops tests/local tests/model tests/fuzz bench))

objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)/*.c))
BASE    = $(call objects,base)
CORE    = $(call objects,core) $(BUILD)/gen/bundled_layouts.o
AWS     = $(call objects,aws)
MODEL   = $(call objects,model)
OPS     = $(call objects,ops)
TUI     = $(call objects,tui) $(BUILD)/gen/bundled_themes.o
CLI     = $(call objects,cli) $(BUILD)/gen/bundled_deploy.o
LOCAL   = $(filter-out %/main.o,$(call objects,local))
PIPELINE = $(filter-out %/main.o,$(call objects,pipeline))

UNIT_TESTS  = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
AWS_SUPPORT = $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/aws/test_%,$(wildcard tests/aws/*.c)))
AWS_TESTS   = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/aws/test_*.c))
PIPELINE_SUPPORT = $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/pipeline/test_%,$(wildcard tests/pipeline/*.c))) $(BUILD)/cli/local_weather.o
PIPELINE_TESTS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/pipeline/test_*.c))
OPS_SUPPORT = $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/ops/test_%,$(wildcard tests/ops/*.c))) $(BUILD)/gen/operations.o
OPS_TESTS   = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/ops/test_*.c))
MODEL_TESTS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/model/test_*.c))
LOCAL_TESTS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/local/test_*.c))
TUI_TESTS   = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/tui/test_*.c))
BENCHES     = $(patsubst %.c,$(BUILD)/%,$(wildcard bench/aws_*.c))
PIPELINE_BENCHES = $(patsubst %.c,$(BUILD)/%,$(wildcard bench/pipeline_*.c))
EXPERIMENT  = $(BUILD)/bench/experiment/model
FUZZERS     = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))

## make            the programs: build/reconctl, reconworker, reconlocal (V=1 shows the commands)
all: $(BUILD)/reconctl $(BUILD)/reconworker $(BUILD)/reconlocal
	@:

$(BUILD)/reconctl: $(CLI) $(TUI) $(OPS) $(MODEL) $(BUILD)/libpipeline.a $(BUILD)/libaws.a $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(TUI_LIBS) $(MODEL_LIBS) $(AWS_LIBS) $(CORE_LIBS)

# The worker runs at AWS: it has no terminal, no database and no server in it.
$(BUILD)/reconworker: $(BUILD)/pipeline/main.o $(BUILD)/libpipeline.a $(BUILD)/libaws.a $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(AWS_LIBS) $(CORE_LIBS)

# The local cloud is the only program with an HTTP server in it.
$(BUILD)/reconlocal: $(BUILD)/local/main.o $(BUILD)/liblocal.a $(BUILD)/libaws.a $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LOCAL_LIBS) $(MODEL_LIBS) $(AWS_LIBS) $(CORE_LIBS)

$(BUILD)/libcore.a: $(BASE) $(CORE)
$(BUILD)/libaws.a: $(AWS)
$(BUILD)/libpipeline.a: $(PIPELINE)
$(BUILD)/liblocal.a: $(LOCAL)

$(BUILD)/lib%.a:
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) -MMD -MP -c -o $@ $<

# The bundled layouts and themes are part of the program. The folders themselves are
# named, too, so that one that was removed leaves the program.
$(BUILD)/gen/bundled_layouts.c: tools/embed.sh layouts $(LAYOUTS)
	$(say) EMBED layouts
	$(Q)mkdir -p $(@D)
	$(Q)sh tools/embed.sh core/bundled.h "struct rc_bundled rc_bundled_layouts" \
		rc_bundled_layout_count $(LAYOUTS) > $@

$(BUILD)/gen/bundled_themes.c: tools/embed.sh themes $(THEMES)
	$(say) EMBED themes
	$(Q)mkdir -p $(@D)
	$(Q)sh tools/embed.sh tui/bundled_themes.h "struct rc_bundled_theme rc_bundled_themes" \
		rc_bundled_theme_count $(THEMES) > $@

# What `reconctl local deploy` puts up.
$(BUILD)/gen/bundled_deploy.c: tools/embed.sh $(STACK_FILES)
	$(say) EMBED deploy
	$(Q)mkdir -p $(@D)
	$(Q)sh tools/embed.sh cli/bundled_deploy.h "struct rc_bundled rc_bundled_deploy" \
		rc_bundled_deploy_count $(STACK_FILES) > $@

# Every operation of AWS, for the test that no code but ops/ changes anything.
$(BUILD)/gen/operations.c: tools/operations.sh $(wildcard aws/*.h)
	$(say) TABLE $@
	$(Q)mkdir -p $(@D)
	$(Q)sh tools/operations.sh tests/ops/operations.h $(wildcard aws/*.h) > $@

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(Q)$(CC) $(FLAGS) -MMD -MP -c -o $@ $<

# ----- tests -----

# Tests of core get libcore.a alone, which shows that core needs nothing else.
$(UNIT_TESTS): %: %.o $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(CORE_LIBS) $(TEST_LIBS)

# Tests of aws get the clients and nothing of the domain.
$(AWS_TESTS): %: %.o $(AWS_SUPPORT) $(BUILD)/libaws.a $(BASE)
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(AWS_LIBS) $(TEST_LIBS) -pthread

# What bench/ measures the AWS clients with; tests/e2e/aws_stream.sh runs two of them.
$(BENCHES): %: %.o $(BUILD)/libaws.a $(BASE)
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(AWS_LIBS) -pthread

# Tests and measurements of the pipeline may run a reconlocal of their own.
$(PIPELINE_TESTS) $(PIPELINE_BENCHES): %: %.o $(PIPELINE_SUPPORT) $(AWS_SUPPORT) $(BUILD)/libpipeline.a $(BUILD)/libaws.a $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(AWS_LIBS) $(CORE_LIBS) $(TEST_LIBS)

# Loads in the time of events; tests/e2e/experiment.sh and local_heat.sh run it.
$(EXPERIMENT): %: %.o $(BUILD)/aws/rate.o $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)

$(OPS_TESTS): %: %.o $(OPS_SUPPORT) $(OPS) $(PIPELINE_SUPPORT) $(AWS_SUPPORT) $(BUILD)/libpipeline.a $(BUILD)/libaws.a $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(AWS_LIBS) $(CORE_LIBS) $(TEST_LIBS)

$(MODEL_TESTS): %: %.o $(MODEL) $(PIPELINE_SUPPORT) $(AWS_SUPPORT) $(BUILD)/libpipeline.a $(BUILD)/libaws.a $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(MODEL_LIBS) $(AWS_LIBS) $(CORE_LIBS) $(TEST_LIBS)

$(TUI_TESTS): %: %.o $(TUI) $(OPS) $(MODEL) $(BUILD)/libpipeline.a $(BUILD)/libaws.a $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(TUI_LIBS) $(MODEL_LIBS) $(AWS_LIBS) $(CORE_LIBS) $(TEST_LIBS)

## make tests      the test programs, without running them
tests: $(BENCHES) $(EXPERIMENT) $(PIPELINE_BENCHES) $(UNIT_TESTS) $(AWS_TESTS) $(PIPELINE_TESTS) $(OPS_TESTS) $(LOCAL_TESTS) $(MODEL_TESTS) $(TUI_TESTS)
	@:

$(LOCAL_TESTS): %: %.o $(BUILD)/liblocal.a $(BUILD)/libaws.a $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(LOCAL_LIBS) $(MODEL_LIBS) $(AWS_LIBS) $(CORE_LIBS) $(TEST_LIBS)

## make test       every test (ONLY="parse day": those with a word in their path)
test: all tests
	$(Q)BUILD=$(BUILD) bash tests/run.sh

SANITIZED = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all

## make sanitize   every test on a build with the address and undefined behaviour sanitizers
sanitize:
	$(Q)UBSAN_OPTIONS=print_stacktrace=1 TEST_SECONDS=1200 $(MAKE) test \
		BUILD=$(BUILD)/asan CFLAGS="$(SANITIZED) -fsanitize=address,undefined"

# Older thread sanitizers cannot place their memory where newer kernels randomise
# addresses with more bits, so the tests run without that where it can be had.
FIXED_ADDRESSES = $(shell setarch -R true 2>/dev/null && echo setarch -R)

## make tsan       the tests of threads on a build with the thread sanitizer
tsan:
	$(Q)TEST_SECONDS=1800 ONLY="$(or $(ONLY),thread reconcile)" $(FIXED_ADDRESSES) $(MAKE) test \
		BUILD=$(BUILD)/tsan CFLAGS="$(SANITIZED) -fsanitize=thread"

## make fuzz       each fuzz target for FUZZ_SECONDS=10
fuzz:
	$(Q)$(MAKE) run-fuzzers BUILD=$(BUILD)/fuzz CC=$(CLANG) \
		CFLAGS="$(SANITIZED) -fsanitize=fuzzer-no-link,address,undefined"

$(FUZZERS): %: %.o $(BUILD)/liblocal.a $(BUILD)/libaws.a $(BUILD)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(FLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LOCAL_LIBS) $(MODEL_LIBS) $(AWS_LIBS) $(CORE_LIBS)

run-fuzzers: $(FUZZERS)
	$(Q)BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) bash tests/fuzz/run.sh

## make check      format, include arrows, clang-tidy, cppcheck, manual page
check: check-format check-arrows check-tidy check-cppcheck check-manual

check-format:
	$(say) CHECK clang-format
	$(Q)clang-format --dry-run -Werror $(C_FILES) $(H_FILES)

check-arrows:
	$(say) CHECK "include arrows"
	$(Q)bash tests/arrows.sh

check-tidy:
	$(say) CHECK clang-tidy
	$(Q)printf '%s\n' $(C_FILES) | xargs -P $$(nproc) -I FILE clang-tidy --quiet FILE -- $(FLAGS) 2>&1 \
		| { ! grep -v 'warnings\{0,1\} generated\.$$'; }

check-cppcheck:
	$(say) CHECK cppcheck
	$(Q)cppcheck --quiet --error-exitcode=1 -j $$(nproc) --std=c11 -D_GNU_SOURCE -I. --inline-suppr \
		--enable=warning,performance,portability --suppress=normalCheckLevelMaxBranches \
		$(wildcard $(FOLDERS))

check-manual:
	$(say) CHECK reconctl.1
	$(Q)mandoc -T lint -W warning reconctl.1

## make experiment  docs/experiment.md again: tables and pictures, from the model and the real worker
experiment: all $(EXPERIMENT)
	$(Q)BUILD=$(BUILD) bash bench/experiment/run.sh

# ----- AWS -----

STACK ?= reconctl

## make deploy     the stack at AWS: ARTIFACTS=BUCKET PARAMETERS="Image=... VpcId=... Subnets=..." (deploy/README.md)
deploy:
	$(Q)test -n "$(ARTIFACTS)" -a -n "$(PARAMETERS)" || { echo "make deploy needs ARTIFACTS and" \
		"PARAMETERS: deploy/README.md tells what they are" >&2; exit 2; }
	$(say) PACK deploy/template.json
	$(Q)mkdir -p $(BUILD)
	$(Q)aws cloudformation package --template-file deploy/template.json --use-json \
		--s3-bucket $(ARTIFACTS) --s3-prefix $(STACK) --output-template-file $(BUILD)/packaged.json \
		> $(BUILD)/package.log
	$(say) STACK $(STACK)
	$(Q)aws cloudformation deploy --template-file $(BUILD)/packaged.json --stack-name $(STACK) \
		--capabilities CAPABILITY_IAM --no-fail-on-empty-changeset --parameter-overrides $(PARAMETERS)

## make worker-root  what deploy/Dockerfile gives reconworker, for tests/e2e/worker_root.sh (as root)
worker-root:
	$(Q)sh tools/worker_root.sh

# ----- the rest -----

BIN = $(DESTDIR)$(PREFIX)/bin
MAN = $(DESTDIR)$(PREFIX)/share/man/man1
DOC = $(DESTDIR)$(PREFIX)/share/doc/reconctl
DAT = $(DESTDIR)$(PREFIX)/share/reconctl

## make install    programs, manual, documents, layouts and themes below DESTDIR and PREFIX=/usr/local
install: all
	install -d $(BIN) $(MAN) $(DOC) $(DAT)/layouts $(DAT)/themes
	install -m 755 $(BUILD)/reconctl $(BUILD)/reconworker $(BUILD)/reconlocal $(BIN)
	install -m 644 reconctl.1 $(MAN)
	install -m 644 LICENSE $(wildcard *.md docs/*.md) $(DOC)
	install -m 644 $(LAYOUTS) $(DAT)/layouts
	install -m 644 $(THEMES) $(DAT)/themes

## make clean      removes all that was built
clean:
	rm -rf $(BUILD)

## make help       this list
help:
	@sed -n 's/^## //p' Makefile

.PHONY: deploy worker-root experiment all tests test sanitize tsan fuzz run-fuzzers install clean help \
	check check-format check-arrows check-tidy check-cppcheck check-manual
.DELETE_ON_ERROR:

-include $(patsubst %.c,$(BUILD)/%.d,$(C_FILES)) $(wildcard $(BUILD)/gen/*.d)
