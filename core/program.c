#include "core/program.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/civil.h"
#include "core/jsonr.h"

enum {
    HOLIDAYS_MAX = 10000,
    DAYS_MAX = 3660,
    BASIS_POINTS_MAX = 10000, /* all of the amount */
    LAYOUT_BYTES_MAX = 4000,
    ALWAYS_COMPARED = 1 << RC_C_AMOUNT | 1 << RC_C_CURRENCY,
    COMPARE_ALL = ((1 << RC_CANON_FIELDS) - 1) & ~(1 << RC_C_ID),
};

void rc_program_default(struct rc_program *program)
{
    *program = (struct rc_program){
        .id = "default",
        .shard_count = RC_SHARDS_DEFAULT,
        .concurrent_files = RC_CONCURRENT_FILES_DEFAULT,
        .retention_days = RC_RETENTION_DAYS_DEFAULT,
        .cutoff_minutes = -1,
        .rules = {.compare = COMPARE_ALL, .late_after_days = -1, .fx_tolerance_bp = -1},
    };
}

void rc_program_free(struct rc_program *program)
{
    for (int side = 0; side < RC_SIDES; side++)
        free(program->layout[side]);
    free(program->holidays);
    *program = (struct rc_program){0};
}

/* ----- names ----- */

/* 1 to `most` of A-Z a-z 0-9 . _ - */
static bool read_name(const struct rc_place *place, const json_t *object, const char *member,
                      size_t most, char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const char *text;
    if (!rc_jsonr_need_text(place, object, member, &text))
        return false;
    struct rc_place at = rc_place_at(place, member, -1);
    size_t length = strlen(text);
    if (length < 1 || length > most)
        return rc_place_fail(&at, "a name has 1 to %zu characters, this one has %zu", most, length);
    if (text[strspn(text, allowed)])
        return rc_place_fail(&at, "\"%.40s\" has a character other than A-Z a-z 0-9 . _ -", text);
    memcpy(name, text, length + 1);
    return true;
}

static bool read_layout(const struct rc_place *place, const json_t *object, const char *member,
                        char **layout)
{
    const char *text;
    if (!rc_jsonr_need_text(place, object, member, &text))
        return false;
    struct rc_place at = rc_place_at(place, member, -1);
    if (!text[0])
        return rc_place_fail(&at, "the name or the path of a layout is expected");
    if (strlen(text) > LAYOUT_BYTES_MAX)
        return rc_place_fail(&at, "over %d bytes, too long for a path", LAYOUT_BYTES_MAX);
    *layout = strdup(text);
    if (!*layout)
        rc_error_nomem(place->err);
    return *layout != NULL;
}

/* A list of canonical fields without the id, each at most once. Gives them as bits
 * and, when fields is not NULL, in their order. */
static bool read_fields(const struct rc_place *place, const char *member, const json_t *array,
                        uint32_t *bits, enum rc_canon *fields)
{
    *bits = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct rc_place at = rc_place_at(place, member, (long)i);
        const char *name = json_string_value(json_array_get(array, i));
        enum rc_canon field;
        if (!name)
            return rc_place_fail(&at, "the name of a canonical field is expected");
        if (!rc_canon_find(name, &field))
            return rc_place_fail(&at, "\"%.40s\" is not a canonical field", name);
        if (field == RC_C_ID)
            return rc_place_fail(&at, "the id is what pass 1 goes by; it has no place here");
        if (*bits >> field & 1)
            return rc_place_fail(&at, "\"%s\" is named twice", name);
        *bits |= 1u << field;
        if (fields)
            fields[i] = field;
    }
    return true;
}

/* ----- rules ----- */

static bool read_pass(const struct rc_place *place, const json_t *json, struct rc_pass *pass)
{
    static const char *const members[] = {"name", "kind", "key", "cap", NULL};
    static const char *const kinds[] = {"one_to_one", "group", "reversal", "chargeback", NULL};
    const json_t *key;
    uint32_t bits;
    int kind = -1;
    int64_t cap = RC_GROUP_CAP_DEFAULT;
    if (!rc_jsonr_object(place, json, members) ||
        !read_name(place, json, "name", sizeof pass->name - 1, pass->name) ||
        !rc_jsonr_word(place, json, "kind", kinds, &kind) ||
        !rc_jsonr_array(place, json, "key", RC_PASS_KEY_FIELDS, &key) ||
        !rc_jsonr_int(place, json, "cap", 1, RC_GROUP_CAP_MAX, &cap))
        return false;
    struct rc_place at_kind = rc_place_at(place, "kind", -1);
    struct rc_place at_key = rc_place_at(place, "key", -1);
    if (kind < 0)
        return rc_place_fail(&at_kind, "missing");
    if (!key || json_array_size(key) == 0)
        return rc_place_fail(&at_key, "a pass needs at least one field to go by");
    pass->kind = (enum rc_pass_kind)kind;
    pass->cap = (int)cap;
    pass->key_fields = (int)json_array_size(key);
    return read_fields(place, "key", key, &bits, pass->key);
}

/* A pass's name is the `rule` of what it settles, so it says which one that was. */
static bool check_name(const struct rc_place *place, const struct rc_rules *rules, int index)
{
    struct rc_place at = rc_place_at(place, "name", -1);
    const char *name = rules->passes[index].name;
    if (strcmp(name, "transaction_id") == 0)
        return rc_place_fail(&at, "\"transaction_id\" is the name of pass 1");
    for (int i = 0; i < index; i++)
        if (strcmp(rules->passes[i].name, name) == 0)
            return rc_place_fail(&at, "\"%s\" is the name of passes[%d], too", name, i);
    return true;
}

static bool read_passes(const struct rc_place *place, const json_t *json, struct rc_rules *rules)
{
    const json_t *passes;
    if (!rc_jsonr_array(place, json, "passes", RC_PROGRAM_PASSES, &passes))
        return false;
    for (size_t i = 0; i < json_array_size(passes); i++) {
        struct rc_place at = rc_place_at(place, "passes", (long)i);
        if (!read_pass(&at, json_array_get(passes, i), &rules->passes[i]) ||
            !check_name(&at, rules, (int)i))
            return false;
        rules->pass_count++;
    }
    return true;
}

static bool read_tolerance(const struct rc_place *place, const json_t *json, struct rc_rules *rules)
{
    static const char *const members[] = {"minor", "basis_points", NULL};
    const json_t *tolerance = json_object_get(json, "amount_tolerance");
    struct rc_place at = rc_place_at(place, "amount_tolerance", -1);
    if (!tolerance)
        return true;
    return rc_jsonr_object(&at, tolerance, members) &&
           rc_jsonr_int(&at, tolerance, "minor", 0, INT64_MAX, &rules->amount_tolerance_minor) &&
           rc_jsonr_int(&at, tolerance, "basis_points", 0, BASIS_POINTS_MAX,
                        &rules->amount_tolerance_bp);
}

static bool read_days(const struct rc_place *place, const json_t *json, const char *member,
                      int32_t *days)
{
    int64_t value = *days;
    if (!rc_jsonr_int(place, json, member, 0, DAYS_MAX, &value))
        return false;
    *days = (int32_t)value;
    return true;
}

static bool read_rules(const struct rc_place *place, const json_t *json, struct rc_rules *rules)
{
    static const char *const members[] = {
        "amount_tolerance",
        "date_window_days",
        "clearing_window_days",
        "open_days",
        "late_after_days",
        "fee_tolerance_minor",
        "fx_tolerance_basis_points",
        "passes",
        NULL,
    };
    int64_t open_days = 0;
    if (!json)
        return true;
    bool ok = rc_jsonr_object(place, json, members) && read_tolerance(place, json, rules) &&
              read_days(place, json, "date_window_days", &rules->date_window_days) &&
              read_days(place, json, "clearing_window_days", &rules->clearing_window_days) &&
              rc_jsonr_int(place, json, "open_days", 0, RC_OPEN_DAYS_MAX, &open_days) &&
              read_days(place, json, "late_after_days", &rules->late_after_days) &&
              rc_jsonr_int(place, json, "fee_tolerance_minor", 0, INT64_MAX,
                           &rules->fee_tolerance_minor) &&
              rc_jsonr_int(place, json, "fx_tolerance_basis_points", 0, BASIS_POINTS_MAX,
                           &rules->fx_tolerance_bp) &&
              read_passes(place, json, rules);
    rules->open_days = (int32_t)open_days;
    return ok;
}

/* ----- the program ----- */

static bool read_compare(const struct rc_place *place, const json_t *json, struct rc_rules *rules)
{
    const json_t *compare;
    if (!rc_jsonr_array(place, json, "compare", RC_CANON_FIELDS, &compare))
        return false;
    if (!compare)
        return true;
    if (!read_fields(place, "compare", compare, &rules->compare, NULL))
        return false;
    rules->compare |= ALWAYS_COMPARED;
    return true;
}

static int by_day(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

static bool read_holidays(const struct rc_place *place, const json_t *json,
                          struct rc_program *program)
{
    const json_t *holidays;
    if (!rc_jsonr_array(place, json, "holidays", HOLIDAYS_MAX, &holidays))
        return false;
    size_t count = json_array_size(holidays);
    if (!count)
        return true;
    int32_t *days = malloc(count * sizeof *days);
    if (!days) {
        rc_error_nomem(place->err);
        return false;
    }
    program->holidays = days;
    for (size_t i = 0; i < count; i++) {
        struct rc_place at = rc_place_at(place, "holidays", (long)i);
        const json_t *text = json_array_get(holidays, i);
        if (!json_is_string(text) ||
            !rc_civil_parse(json_string_value(text), json_string_length(text), &days[i]))
            return rc_place_fail(&at, "a date is expected, as in \"2026-04-03\"");
    }
    qsort(days, count, sizeof *days, by_day);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || days[i] != days[program->holiday_count - 1])
            days[program->holiday_count++] = days[i];
    return true;
}

static bool read_route(const struct rc_place *place, const json_t *json, struct rc_program *program)
{
    static const char *const members[] = {"fargate_over_bytes", "fargate_over_records", NULL};
    const json_t *route = json_object_get(json, "route");
    struct rc_place at = rc_place_at(place, "route", -1);
    int64_t bytes = 0, records = 0;
    if (!route)
        return true;
    if (!rc_jsonr_object(&at, route, members) ||
        !rc_jsonr_int(&at, route, "fargate_over_bytes", 0, INT64_MAX, &bytes) ||
        !rc_jsonr_int(&at, route, "fargate_over_records", 0, INT64_MAX, &records))
        return false;
    program->fargate_over_bytes = (uint64_t)bytes;
    program->fargate_over_records = (uint64_t)records;
    return true;
}

/* "HH:MM" */
static bool read_clock(const char *text, int *minutes)
{
    if (strlen(text) != 5 || text[2] != ':')
        return false;
    for (int i = 0; i < 5; i++)
        if (i != 2 && (text[i] < '0' || text[i] > '9'))
            return false;
    int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
    *minutes = hour * 60 + minute;
    return hour < 24 && minute < 60;
}

static bool read_cutoff(const struct rc_place *place, const json_t *json,
                        struct rc_program *program)
{
    static const char *const members[] = {"time", "days", NULL};
    const json_t *cutoff = json_object_get(json, "cutoff");
    struct rc_place at = rc_place_at(place, "cutoff", -1);
    const char *time = NULL;
    int64_t days = RC_CUTOFF_DAYS_DEFAULT;
    int minutes;
    if (!cutoff)
        return true;
    if (!rc_jsonr_object(&at, cutoff, members) || !rc_jsonr_need_text(&at, cutoff, "time", &time) ||
        !rc_jsonr_int(&at, cutoff, "days", 0, RC_CUTOFF_DAYS_MAX, &days))
        return false;
    if (!read_clock(time, &minutes)) {
        struct rc_place of_time = rc_place_at(&at, "time", -1);
        return rc_place_fail(&of_time, "\"%s\" is no time of day, which is HH:MM in UTC", time);
    }
    program->cutoff_minutes = (int)days * 24 * 60 + minutes;
    return true;
}

static bool read_intake(const struct rc_place *place, const json_t *json,
                        struct rc_program *program)
{
    static const char *const members[] = {"rejects", "concurrent_files", "retention_days", "cutoff",
                                          NULL};
    static const char *const policies[] = {"quarantine", "reject_file", NULL};
    const json_t *intake = json_object_get(json, "intake");
    struct rc_place at = rc_place_at(place, "intake", -1);
    int policy = 0;
    int64_t files = program->concurrent_files, days = program->retention_days;
    if (!intake)
        return true;
    if (!rc_jsonr_object(&at, intake, members) ||
        !rc_jsonr_word(&at, intake, "rejects", policies, &policy) ||
        !rc_jsonr_int(&at, intake, "concurrent_files", 1, RC_CONCURRENT_FILES_MAX, &files) ||
        !rc_jsonr_int(&at, intake, "retention_days", 1, DAYS_MAX, &days) ||
        !read_cutoff(&at, intake, program))
        return false;
    program->reject_files = policy == 1;
    program->concurrent_files = (int)files;
    program->retention_days = (int)days;
    return true;
}

static bool read_program(const struct rc_place *top, const json_t *json, struct rc_program *program)
{
    static const char *const members[] = {
        "program", "settlement_layout", "internal_layout", "shard_count", "route",
        "intake",  "holidays",          "compare",         "rules",       NULL,
    };
    struct rc_place rules = rc_place_at(top, "rules", -1);
    int64_t shards = program->shard_count;
    if (!rc_jsonr_object(top, json, members) ||
        !read_name(top, json, "program", RC_PROGRAM_ID_BYTES, program->id) ||
        !read_layout(top, json, "settlement_layout", &program->layout[RC_SETTLEMENT]) ||
        !read_layout(top, json, "internal_layout", &program->layout[RC_INTERNAL]) ||
        !rc_jsonr_int(top, json, "shard_count", 1, RC_SHARDS_MAX, &shards))
        return false;
    program->shard_count = (uint32_t)shards;
    return read_route(top, json, program) && read_intake(top, json, program) &&
           read_holidays(top, json, program) && read_compare(top, json, &program->rules) &&
           read_rules(&rules, json_object_get(json, "rules"), &program->rules);
}

bool rc_program_from_json(const json_t *json, struct rc_program *program, struct rc_error *err)
{
    struct rc_place top = {.err = err, .index = -1};
    rc_program_default(program);
    bool read = read_program(&top, json, program);
    if (!read)
        rc_program_free(program);
    return read;
}

bool rc_program_load(const char *path, struct rc_program *program, struct rc_error *err)
{
    *program = (struct rc_program){0};
    json_t *json = rc_jsonr_load(path, err);
    if (!json)
        return false;
    bool read = rc_program_from_json(json, program, err);
    if (!read)
        rc_error_prefix(err, "%s", path);
    json_decref(json);
    return read;
}

/* ----- digest ----- */

static void hash_number(XXH3_state_t *state, int64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
    XXH3_128bits_update(state, bytes, sizeof bytes);
}

static void hash_pass(XXH3_state_t *state, const struct rc_pass *pass)
{
    uint32_t key = 0; /* the order of a key's fields decides nothing */
    for (int i = 0; i < pass->key_fields; i++)
        key |= 1u << pass->key[i];
    hash_number(state, pass->kind);
    hash_number(state, key);
    hash_number(state, pass->cap);
}

rc_u128 rc_program_digest(const struct rc_program *program)
{
    static const char version[] = "reconctl rules 1";
    const struct rc_rules *rules = &program->rules;
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, version, sizeof version);
    hash_number(&state, program->shard_count);
    hash_number(&state, (rules->compare | ALWAYS_COMPARED) & COMPARE_ALL);
    hash_number(&state, rules->amount_tolerance_minor);
    hash_number(&state, rules->amount_tolerance_bp);
    hash_number(&state, rules->date_window_days);
    hash_number(&state, rules->clearing_window_days);
    hash_number(&state, rules->late_after_days);
    hash_number(&state, rules->fee_tolerance_minor);
    hash_number(&state, rules->fx_tolerance_bp);
    hash_number(&state, rules->pass_count);
    for (int i = 0; i < rules->pass_count; i++)
        hash_pass(&state, &rules->passes[i]);
    hash_number(&state, (int64_t)program->holiday_count);
    for (size_t i = 0; i < program->holiday_count; i++)
        hash_number(&state, program->holidays[i]);
    if (rules->open_days)
        hash_number(&state, rules->open_days);
    XXH128_hash_t hash = XXH3_128bits_digest(&state);
    return (rc_u128)hash.high64 << 64 | hash.low64;
}
