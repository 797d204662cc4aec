/* The whole parser on any bytes: the first chooses a bundled layout. The general
 * way and the quick way have to give the same. */
#include "core/bundled.h"
#include "core/parse.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct rc_layout *layouts[64];

static void must(bool true_)
{
    if (!true_)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    for (size_t i = 0; i < rc_bundled_layout_count; i++) {
        struct rc_error err = {0};
        layouts[i] = rc_layout_load(rc_bundled_layouts[i].name, NULL, &err);
        must(layouts[i] != NULL);
    }
    return 0;
}

/* What the sinks were told. */
struct told {
    rc_u128 digest; /* of records and their places, in order */
    uint64_t transactions, rejects;
};

static bool take_records(void *context, const struct rc_record *records, size_t count,
                         const struct rc_where *first, struct rc_error *err)
{
    struct told *told = context;
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    (void)err;
    for (size_t i = 0; i < count; i++) {
        size_t length = rc_record_canonical(&records[i], ~0u, bytes);
        struct rc_record back;
        must(length <= RC_CANONICAL_BYTES);
        must(rc_record_from_canonical(bytes, length, &back));
        told->digest = told->digest * 31 + rc_digest_term(bytes, length, 0, RC_MATCHED);
        told->digest = told->digest * 31 + first->number + i;
        told->digest = told->digest * 31 + first->offset + i * first->length;
        told->transactions++;
    }
    return true;
}

static bool take_reject(void *context, const struct rc_reject *reject, struct rc_error *err)
{
    struct told *told = context;
    (void)err;
    must(reject->reason && reject->reason[0]);
    told->digest = told->digest * 31 + reject->number;
    told->digest = told->digest * 31 + reject->offset;
    told->digest = told->digest * 31 + rc_id_hash(reject->reason, strlen(reject->reason));
    told->digest = told->digest * 31 + rc_id_hash((const char *)reject->raw, reject->raw_length);
    told->rejects++;
    return true;
}

static struct rc_parser *parse(const struct rc_layout *layout, int fd, bool general,
                               struct told *told)
{
    struct rc_sink sink = {.context = told, .transactions = take_records, .reject = take_reject};
    struct rc_parse_options options = {.file_date = RC_CIVIL_NONE,
                                       .card_key = {.bytes = "key", .length = 3},
                                       .general_only = general};
    struct rc_error err = {0};
    struct rc_parser *parser = rc_parser_new(layout, &options, &sink, &err);
    must(parser && lseek(fd, 0, SEEK_SET) == 0);
    must(rc_parser_run(parser, fd, &err));
    return parser;
}

static void compare(const struct rc_parse_totals *a, const struct rc_parse_totals *b)
{
    must(memcmp(a->types, b->types, sizeof a->types) == 0);
    must(a->records == b->records && a->transactions == b->transactions);
    must(a->rejected == b->rejected && a->lenient == b->lenient);
    must(a->file_date == b->file_date && a->header_date == b->header_date);
    must(a->bytes == b->bytes);
    must(a->controls.count == b->controls.count && a->controls.broken == b->controls.broken);
    for (size_t i = 0; i < a->controls.count; i++) {
        const struct rc_control *x = &a->controls.items[i], *y = &b->controls.items[i];
        must(strcmp(x->name, y->name) == 0 && strcmp(x->actual, y->actual) == 0);
        must(strcmp(x->declared, y->declared) == 0 && x->ok == y->ok && x->number == y->number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told told[2] = {{0}};
    struct rc_parser *parsers[2];
    if (!size)
        return 0;
    const struct rc_layout *layout = layouts[data[0] % rc_bundled_layout_count];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)size - 1);
    for (int general = 0; general < 2; general++) {
        parsers[general] = parse(layout, fd, general, &told[general]);
        const struct rc_parse_totals *totals = rc_parser_totals(parsers[general]);
        must(totals->rejected == told[general].rejects);
        must(totals->transactions == told[general].transactions);
    }
    compare(rc_parser_totals(parsers[0]), rc_parser_totals(parsers[1]));
    must(told[0].digest == told[1].digest);
    rc_parser_free(parsers[0]);
    rc_parser_free(parsers[1]);
    close(fd);
    return 0;
}
