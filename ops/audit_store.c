#include "ops/audit_store.h"

#include "base/json.h"
#include "pipeline/store.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4400 };

struct storing {
    struct rc_pipeline *pipeline;
    const struct rc_stack_place *place;
    int64_t seq; /* that is stored, and all before it */
};

/* How far it came stands in a file beside the audit, for each place one. */
static void cursor_path(const struct rc_audit *audit, const struct storing *storing,
                        char path[PATH_BYTES])
{
    snprintf(path, PATH_BYTES, "%s.%s.%s.%s", rc_audit_path(audit), storing->place->account,
             storing->place->region, storing->pipeline->table[RC_TABLE_STATE]);
}

static int64_t read_cursor(const char *path)
{
    char text[32] = "";
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t got = fread(text, 1, sizeof text - 1, file);
    text[got] = '\0';
    fclose(file);
    return strtoll(text, NULL, 10);
}

static bool write_cursor(const char *path, int64_t seq, struct rc_error *err)
{
    char beside[PATH_BYTES + 24];
    snprintf(beside, sizeof beside, "%s.%ld", path, (long)getpid());
    FILE *file = fopen(beside, "we");
    bool ok = file && fprintf(file, "%" PRId64 "\n", seq) > 0;
    ok = file && fclose(file) == 0 && ok && rename(beside, path) == 0;
    if (!ok)
        rc_error_errno(err, RC_IO, "%s cannot be written", path);
    return ok;
}

static bool put(struct storing *storing, const json_t *entry, struct rc_error *err)
{
    static const char *const shown[] = {"kind", "action", "target",  "who",
                                        "tool", "key",    "outcome", "detail"};
    struct rc_key key;
    struct rc_draft draft;
    char id[20];
    char *line = json_dumps(entry, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    snprintf(id, sizeof id, "%.16s", rc_json_word(entry, "hash"));
    rc_key_audit(rc_json_word(entry, "at"), id, &key);
    rc_draft_item(&draft, &key);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (*rc_json_word(entry, shown[i]))
            rc_item_text(&draft.json, shown[i], rc_json_word(entry, shown[i]));
    rc_item_int(&draft.json, "seq", json_integer_value(json_object_get(entry, "seq")));
    rc_item_text(&draft.json, "line", line ? line : "");
    const struct rc_write write = {
        .kind = RC_WRITE_PUT, .table = RC_TABLE_STATE, .key = &key, .item = rc_draft_done(&draft)};
    if (!line || !write.item)
        rc_error_nomem(err);
    bool ok =
        line && write.item && rc_store_write(storing->pipeline, &write, NULL, err) == RC_STORED;
    rc_draft_free(&draft);
    free(line);
    return ok;
}

static bool store_one(void *ctx, const json_t *entry, struct rc_error *err)
{
    struct storing *storing = ctx;
    bool ours = strcmp(rc_json_word(entry, "account"), storing->place->account) == 0 &&
                strcmp(rc_json_word(entry, "region"), storing->place->region) == 0;
    if (ours && !put(storing, entry, err))
        return false;
    storing->seq = json_integer_value(json_object_get(entry, "seq"));
    return true;
}

bool rc_audit_store(struct rc_audit *audit, struct rc_pipeline *pipeline,
                    const struct rc_stack_place *place, struct rc_error *err)
{
    char path[PATH_BYTES];
    struct storing storing = {pipeline, place, 0};
    cursor_path(audit, &storing, path);
    int64_t before = storing.seq = read_cursor(path);
    bool ok = rc_audit_each(audit, before, store_one, &storing, err);
    if (storing.seq != before)
        ok = write_cursor(path, storing.seq, ok ? err : NULL) && ok;
    return ok;
}

int64_t rc_audit_stored(const struct rc_audit *audit)
{
    char pattern[PATH_BYTES];
    glob_t found;
    int64_t most = 0;
    snprintf(pattern, sizeof pattern, "%s.*", rc_audit_path(audit));
    if (glob(pattern, 0, NULL, &found) != 0)
        return 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        int64_t seq = read_cursor(found.gl_pathv[i]);
        if (seq > most)
            most = seq;
    }
    globfree(&found);
    return most;
}
