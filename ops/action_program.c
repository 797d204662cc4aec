/* Programs of the catalog are changed: a whole definition, or the shard count of coming days. */
#include "ops/actions.h"

#define XXH_INLINE_ALL
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "core/civil.h"
#include "core/program.h"
#include "ops/acting.h"
#include "ops/program_file.h"
#include "pipeline/catalog.h"
#include "pipeline/day_state.h"

enum { SHOWN_BYTES = 120 }; /* of a member's value */

/* A definition and its layouts; the item that they were read from, if they were. */
struct definition {
    json_t *item, *program, *layouts;
};

static void forget(struct definition *definition)
{
    json_decref(definition->item);
    json_decref(definition->program);
    json_decref(definition->layouts);
}

/* item NULL: the catalog has no such program. */
static bool read_stored(struct rc_op *op, const char *id, struct definition *stored,
                        struct rc_error *err)
{
    struct rc_key key;
    *stored = (struct definition){.item = NULL};
    rc_key_program(id, &key);
    if (!rc_store_get(rc_op_pipeline(op), RC_TABLE_STATE, &key, &stored->item, err))
        return false;
    if (!stored->item ||
        rc_catalog_read_program(stored->item, &stored->program, &stored->layouts, err))
        return true;
    rc_error_prefix(err, "program %s in the catalog", id);
    forget(stored);
    return false;
}

static bool same(const struct definition *a, const struct definition *b)
{
    return a->program && b->program && json_equal(a->program, b->program) &&
           json_equal(a->layouts, b->layouts);
}

/* ----- what is shown ----- */

static void show(const json_t *value, char text[SHOWN_BYTES])
{
    char *all = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    int length = snprintf(text, SHOWN_BYTES, "%s", all ? all : "none");
    if (length >= SHOWN_BYTES)
        memcpy(text + SHOWN_BYTES - 4, "...", 4);
    free(all);
}

static void say_member(struct rc_op *op, const char *name, const json_t *was, const json_t *becomes)
{
    char texts[2][SHOWN_BYTES];
    if (was && becomes && json_equal(was, becomes))
        return;
    show(was, texts[0]);
    show(becomes, texts[1]);
    rc_op_will_change(op, name, texts[0], texts[1]);
}

/* Members that are not the same in both, those of `before` first. */
static void say_members(struct rc_op *op, json_t *before, json_t *after)
{
    const char *name;
    json_t *value;
    json_object_foreach(before, name, value)
    {
        say_member(op, name, value, json_object_get(after, name));
    }
    json_object_foreach(after, name, value)
    {
        if (!json_object_get(before, name))
            say_member(op, name, NULL, value);
    }
}

/* Of the days that the program has: they keep their shard counts. */
struct days {
    size_t count;
    char first[16], last[16];
};

static bool count_day(void *ctx, const json_t *item, struct rc_error *err)
{
    struct days *days = ctx;
    const char *sk = rc_item_get_text(item, "SK");
    const char *date = sk ? strrchr(sk, '#') : NULL;
    (void)err;
    if (!date)
        return true;
    if (!days->count++)
        snprintf(days->first, sizeof days->first, "%s", date + 1);
    snprintf(days->last, sizeof days->last, "%s", date + 1);
    return true;
}

static bool say_days(struct rc_op *op, const char *id, struct rc_error *err)
{
    struct rc_pipeline *pipeline = rc_op_pipeline(op);
    struct days days = {.count = 0};
    struct rc_filedate day = {.program = ""};
    struct rc_day_config config;
    struct rc_key key;
    rc_key_catalog_days(&key);
    snprintf(key.sk, sizeof key.sk, "DAY#%.*s#", RC_PROGRAM_ID_BYTES, id);
    if (!rc_store_query(pipeline, RC_TABLE_STATE, &key, count_day, &days, err))
        return false;
    if (!days.count) {
        rc_op_warn(op, "the program has no day yet");
        return true;
    }
    snprintf(day.program, sizeof day.program, "%s", id);
    if (!rc_civil_parse(days.last, strlen(days.last), &day.date) ||
        !rc_day_config_read(pipeline, &day, &config, err))
        return false;
    if (days.count == 1)
        rc_op_warn(op,
                   "%s keeps its %" PRIu32 " shards, whenever it is worked on; days that are "
                   "seen first from now on get the new count",
                   days.last, config.shard_count);
    else
        rc_op_warn(op,
                   "%zu days, %s to %s, keep their shard counts (the last one %" PRIu32
                   "), whenever they are worked on; days that are seen first from now on get the "
                   "new count",
                   days.count, days.first, days.last, config.shard_count);
    return true;
}

/* What the item was when it was shown. */
static void say_seen(const struct definition *stored, char text[40])
{
    char *all = stored->item ? json_dumps(stored->item, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    XXH128_hash_t hash = all ? XXH3_128bits(all, strlen(all)) : (XXH128_hash_t){0};
    snprintf(text, 40, "%016" PRIx64 "%016" PRIx64, hash.high64, hash.low64);
    free(all);
}

static bool shards_differ(const struct definition *stored, const struct definition *wanted)
{
    const json_t *was = json_object_get(stored->program, "shard_count");
    const json_t *becomes = json_object_get(wanted->program, "shard_count");
    return (was || becomes) && !(was && becomes && json_equal(was, becomes));
}

static bool say_change(struct rc_op *op, const char *id, const struct definition *stored,
                       const struct definition *wanted, struct rc_error *err)
{
    char seen[40];
    if (same(stored, wanted)) {
        rc_op_warn(op, "the catalog has exactly that: nothing will be written");
        return true;
    }
    say_members(op, stored->program, wanted->program);
    say_members(op, stored->layouts, wanted->layouts);
    rc_op_will_call(op, "dynamodb:PutItem", rc_op_pipeline(op)->table[RC_TABLE_STATE], 1);
    say_seen(stored, seen);
    rc_op_saw(op, "%s", seen);
    if (stored->item)
        rc_op_warn(op, "days that are rolled up stay as they are until a file of theirs is worked "
                       "on again: then they are matched by the new definition");
    return !stored->item || !shards_differ(stored, wanted) || say_days(op, id, err);
}

/* ----- what is written ----- */

/* A write that failed or was refused may be one of ours that was taken: what is there says so. */
static bool found_written(struct rc_op *op, const char *id, const struct definition *wanted)
{
    struct definition now;
    if (!read_stored(op, id, &now, NULL))
        return false;
    bool written = same(&now, wanted);
    forget(&now);
    return written;
}

static bool write(struct rc_op *op, const char *id, const struct definition *stored,
                  const struct definition *wanted, struct rc_error *err)
{
    char seen[40];
    say_seen(stored, seen);
    if (same(stored, wanted)) {
        rc_op_unchanged(op, "the catalog had exactly that already");
        return true;
    }
    enum rc_stored written = RC_REFUSED;
    if (strcmp(seen, rc_op_seen(op)) == 0)
        written = rc_catalog_replace_program(rc_op_pipeline(op), wanted->program, wanted->layouts,
                                             stored->item, err);
    if (written == RC_STORED || found_written(op, id, wanted))
        return true;
    if (written == RC_REFUSED)
        rc_error_set(err, RC_DATA, "program %s has been changed since it was shown: look again",
                     id);
    return false;
}

/* ----- program-put ----- */

static bool read_wanted(struct rc_op *op, const char *id, struct definition *wanted,
                        struct rc_error *err)
{
    const char *path = rc_op_param(op, "file");
    char own[RC_PROGRAM_ID_BYTES + 1];
    *wanted = (struct definition){.item = NULL};
    if (!rc_program_file_load(path, &wanted->program, &wanted->layouts, err))
        return false;
    bool ok = rc_catalog_check_program(wanted->program, wanted->layouts, own, err);
    if (ok && strcmp(own, id) != 0) {
        rc_error_set(err, RC_USAGE, "%s is of program %s, not of %.64s", path, own, id);
        ok = false;
    }
    if (!ok)
        forget(wanted);
    return ok;
}

static bool preview_put(struct rc_op *op, const char *id, struct rc_error *err)
{
    struct definition stored, wanted;
    if (!read_wanted(op, id, &wanted, err))
        return false;
    bool ok = read_stored(op, id, &stored, err);
    if (ok) {
        ok = say_change(op, id, &stored, &wanted, err);
        forget(&stored);
    }
    forget(&wanted);
    return ok;
}

static bool perform_put(struct rc_op *op, const char *id, struct rc_error *err)
{
    struct definition stored, wanted;
    if (!read_wanted(op, id, &wanted, err))
        return false;
    bool ok = read_stored(op, id, &stored, err);
    if (ok) {
        ok = write(op, id, &stored, &wanted, err);
        forget(&stored);
    }
    forget(&wanted);
    return ok;
}

static const struct rc_op_param put_params[] = {
    {"file", "the program's definition, its layouts beside it", NULL, NULL, true},
    {0},
};

#define PERMISSIONS "sts:GetCallerIdentity dynamodb:GetItem dynamodb:Query dynamodb:PutItem"

const struct rc_op_action rc_op_program_put = {
    .name = "program-put",
    .title = "store a program",
    .target = "program",
    .target_how = "ID",
    .help = "Checks a program file and its layouts and stores them together in the catalog, in "
            "place of exactly what is shown. The next file of the program is worked by them.",
    .permissions = PERMISSIONS,
    .params = put_params,
    .danger = RC_ROUTINE,
    .alone = true,
    .preview = preview_put,
    .perform = perform_put,
};

/* ----- set-shards ----- */

/* The stored definition with the count that is wanted. */
static bool with_count(struct rc_op *op, const char *id, const struct definition *stored,
                       struct definition *wanted, struct rc_error *err)
{
    const char *text = rc_op_param(op, "count");
    char own[RC_PROGRAM_ID_BYTES + 1];
    char *end;
    long count = strtol(text, &end, 10);
    *wanted = (struct definition){.item = NULL};
    if (end == text || *end || count < 1 || count > RC_SHARDS_MAX) {
        rc_error_set(err, RC_USAGE, "count %.40s: it is 1 to %d", text, RC_SHARDS_MAX);
        return false;
    }
    if (!stored->item) {
        rc_error_set(err, RC_USAGE, "there is no program %.64s; `reconctl program list` has all",
                     id);
        return false;
    }
    wanted->program = json_deep_copy(stored->program);
    wanted->layouts = json_incref(stored->layouts);
    if (wanted->program &&
        json_object_set_new(wanted->program, "shard_count", json_integer(count)) == 0 &&
        rc_catalog_check_program(wanted->program, wanted->layouts, own, err))
        return true;
    if (!wanted->program)
        rc_error_nomem(err);
    forget(wanted);
    return false;
}

/* `then` is given the definition as it is and as it is to be. */
static bool set_shards(struct rc_op *op, const char *id,
                       bool (*then)(struct rc_op *op, const char *id,
                                    const struct definition *stored,
                                    const struct definition *wanted, struct rc_error *err),
                       struct rc_error *err)
{
    struct definition stored, wanted;
    if (!read_stored(op, id, &stored, err))
        return false;
    bool ok = with_count(op, id, &stored, &wanted, err);
    if (ok) {
        ok = then(op, id, &stored, &wanted, err);
        forget(&wanted);
    }
    forget(&stored);
    return ok;
}

static bool preview_shards(struct rc_op *op, const char *id, struct rc_error *err)
{
    return set_shards(op, id, say_change, err);
}

static bool perform_shards(struct rc_op *op, const char *id, struct rc_error *err)
{
    return set_shards(op, id, write, err);
}

static const struct rc_op_param shards_params[] = {
    {"count", "of shards, 1 to 4096", NULL, NULL, false},
    {0},
};

const struct rc_op_action rc_op_set_shards = {
    .name = "set-shards",
    .title = "change the shard count of coming days",
    .target = "program",
    .target_how = "ID",
    .help = "Changes how many shards a program's coming days get. Days that exist keep theirs for "
            "ever: records are found by them. `reconctl plan` says how many are needed.",
    .permissions = PERMISSIONS,
    .params = shards_params,
    .danger = RC_ROUTINE,
    .alone = true,
    .preview = preview_shards,
    .perform = perform_shards,
};
