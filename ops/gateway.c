#include "ops/gateway_internal.h"

#include "base/utf8.h"
#include "ops/audit_store.h"
#include "pipeline/digest_file.h"
#include "pipeline/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* ----- the gateway ----- */

struct rc_gateway *rc_gateway_open(const struct rc_gateway_options *options, struct rc_error *err)
{
    struct rc_gateway *gateway = calloc(1, sizeof *gateway);
    if (!gateway) {
        rc_error_nomem(err);
        return NULL;
    }
    gateway->production = options->production;
    gateway->read_only = options->read_only;
    snprintf(gateway->tool, sizeof gateway->tool, "%s", options->tool);
    snprintf(gateway->profile, sizeof gateway->profile, "%s",
             options->aws.profile ? options->aws.profile : "");
    gateway->audit = rc_audit_open(options->folder, err);
    if (!gateway->audit || !rc_session_open(&gateway->session, &options->aws, err)) {
        rc_audit_close(gateway->audit);
        free(gateway);
        return NULL;
    }
    gateway->pipeline.aws = gateway->session.aws;
    gateway->pipeline.time = options->aws.time;
    for (int table = 0; table < RC_TABLES; table++)
        gateway->pipeline.table[table] = rc_table_name((enum rc_pipeline_table)table);
    rc_aws_set_read_only(gateway->session.aws, true);
    return gateway;
}

void rc_gateway_close(struct rc_gateway *gateway)
{
    if (!gateway)
        return;
    rc_session_close(&gateway->session);
    rc_audit_close(gateway->audit);
    free(gateway);
}

void rc_gateway_set_read_only(struct rc_gateway *gateway, bool read_only)
{
    gateway->read_only = read_only;
}

bool rc_gateway_read_only(const struct rc_gateway *gateway)
{
    return gateway->read_only;
}

/* ----- hashes ----- */

static void hex_of(const unsigned char digest[32], char text[RC_OP_HASH_TEXT])
{
    for (size_t i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

/* Of texts, each with the NUL that ends it, so that no two lists have the same bytes. */
static bool hash_texts(const char *const *texts, size_t count, char text[RC_OP_HASH_TEXT])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = EVP_DigestUpdate(ctx, texts[i], strlen(texts[i]) + 1) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    if (ok)
        hex_of(digest, text);
    return ok;
}

static bool random_key(char text[RC_OP_HASH_TEXT])
{
    unsigned char bytes[32];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return false;
    hex_of(bytes, text);
    return true;
}

/* ----- the audit ----- */

static void instant_of(int64_t unix_ms, char text[32])
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t length = strftime(text, 24, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text + length, 32 - length, ".%03dZ", (int)(unix_ms % 1000));
}

static json_t *clean_text(const char *text)
{
    char out[RC_AUDIT_LINE_BYTES / 4];
    rc_pipeline_clean(text ? text : "", out, sizeof out);
    return json_string(out);
}

static json_t *clean_params(json_t *params)
{
    json_t *out = json_object();
    const char *name;
    json_t *value;
    json_object_foreach(params, name, value)
    {
        json_object_set_new(out, name, clean_text(json_string_value(value)));
    }
    return out;
}

bool rc_op_audit(struct rc_op *op, const char *kind, const char *target, const char *outcome,
                 const char *detail, struct rc_error *err)
{
    const struct rc_gateway *gateway = op->gateway;
    const struct rc_stack_place *place = &gateway->place;
    char at[32];
    instant_of(rc_pipeline_now_ms(&gateway->pipeline), at);
    json_t *entry = json_pack(
        "{s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, "
        "s:O}",
        "v", 1, "seq", 0, "at", at, "kind", kind, "id", op->id, "tool", gateway->tool, "who",
        place->who, "account", place->account, "region", place->region, "profile", gateway->profile,
        "action", op->action->name, "target", clean_text(target), "params",
        clean_params(op->params), "payload", op->payload, "key", op->key, "outcome",
        outcome ? outcome : "", "detail", clean_text(detail), "requests", op->requests);
    bool ok = entry && rc_audit_add(gateway->audit, entry, err);
    if (!entry)
        rc_error_nomem(err);
    json_decref(entry);
    return ok;
}

/* Puts at AWS what is not there yet. That it could not is said, and tried again with the next
 * action: what was done is done. */
static void store_audit(struct rc_op *op)
{
    struct rc_gateway *gateway = op->gateway;
    struct rc_error why = {0};
    bool ok = rc_audit_store(gateway->audit, &gateway->pipeline, &gateway->place, &why);
    if (ok)
        json_object_del(op->document, "audit");
    else
        json_object_set_new(op->document, "audit", json_string(why.text));
}

/* ----- one use ----- */

static bool take_params(struct rc_op *op, const json_t *params, struct rc_error *err)
{
    const struct rc_op_param *rows = op->action->params;
    const char *name;
    json_t *value;
    for (const struct rc_op_param *row = rows; row && row->name; row++) {
        const char *given = json_string_value(json_object_get(params, row->name));
        if (!given && !row->fallback) {
            rc_error_set(err, RC_USAGE, "%s needs %s: %s", op->action->name, row->name, row->help);
            return false;
        }
        const char *text = given ? given : row->fallback;
        bool known = !row->choices || !given;
        for (int i = 0; !known && row->choices[i]; i++)
            known = strcmp(row->choices[i], text) == 0;
        if (!known) {
            struct rc_buf list;
            rc_buf_init(&list, 400);
            for (int i = 0; row->choices[i]; i++)
                rc_buf_printf(&list, "%s%s", i ? ", " : "", row->choices[i]);
            rc_error_set(err, RC_USAGE, "%s %.64s: it is one of %.*s", row->name, text,
                         (int)list.length, list.data ? list.data : "");
            rc_buf_free(&list);
            return false;
        }
        json_object_set_new(op->params, row->name, json_string(text));
    }
    json_object_foreach((json_t *)params, name, value)
    {
        if (json_object_get(op->params, name))
            continue;
        rc_error_set(err, RC_USAGE, "%s has no parameter %.64s", op->action->name, name);
        return false;
    }
    return true;
}

static bool take_targets(struct rc_op *op, const char *const *targets, size_t count,
                         struct rc_error *err)
{
    const struct rc_op_action *action = op->action;
    size_t most = action->alone ? 1 : RC_OP_TARGETS;
    if (!count || count > most) {
        rc_error_set(err, RC_USAGE, "%s needs %s %s (%s)%s", action->name,
                     action->alone ? "one" : "at least one", action->target, action->target_how,
                     count > most && !action->alone ? ", and takes 10,000 at most" : "");
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!rc_utf8_is(targets[i])) {
            char name[100];
            snprintf(name, sizeof name, "%s", targets[i]);
            rc_utf8_mend(name);
            rc_error_set(err, RC_USAGE, "%s \"%s\" is not UTF-8: type it on a terminal that is",
                         action->target, name);
            return false;
        }
    op->targets = calloc(count, sizeof *op->targets);
    for (size_t i = 0; op->targets && i < count; i++, op->count++)
        if (!(op->targets[i].name = strdup(targets[i])))
            break;
    if (op->count == count)
        return true;
    rc_error_nomem(err);
    return false;
}

struct rc_op *rc_op_new(struct rc_gateway *gateway, const struct rc_op_action *action,
                        const char *const *targets, size_t count, const json_t *params,
                        struct rc_error *err)
{
    struct rc_op *op = calloc(1, sizeof *op);
    if (!op) {
        rc_error_nomem(err);
        return NULL;
    }
    op->gateway = gateway;
    op->action = action;
    op->params = json_object();
    op->document = json_object();
    op->parts = json_array();
    op->requests = json_array();
    if (!op->params || !op->document || !op->parts || !op->requests || !random_key(op->id))
        rc_error_nomem(err);
    else if (take_params(op, params, err) && take_targets(op, targets, count, err))
        return op;
    rc_op_free(op);
    return NULL;
}

void rc_op_free(struct rc_op *op)
{
    if (!op)
        return;
    for (size_t i = 0; i < op->count; i++) {
        free(op->targets[i].name);
        free(op->targets[i].from);
        free(op->targets[i].called);
        free(op->targets[i].seen);
    }
    free(op->targets);
    json_decref(op->params);
    json_decref(op->document);
    json_decref(op->parts);
    json_decref(op->requests);
    free(op);
}

void rc_op_on_progress(struct rc_op *op, rc_op_progress progress, void *ctx)
{
    op->progress = progress;
    op->progress_ctx = ctx;
}

const json_t *rc_op_document(const struct rc_op *op)
{
    return op->document;
}

const char *rc_op_confirmation(const struct rc_op *op)
{
    return op->confirmation;
}

static void tell_ended(struct rc_op *op, const char *outcome, const char *detail)
{
    if (op->progress && !op->progress(op->progress_ctx, op->at + 1, op->count,
                                      op->targets[op->at].name, outcome, detail))
        op->stopped = true;
}

static void end(struct rc_op *op)
{
    if (op->action->end)
        op->action->end(op);
    op->state = NULL;
}

/* A refusal is of all its targets, and names the first. */
static bool refuse_all(struct rc_op *op, const char *why, struct rc_error *err)
{
    char targets[400];
    op->key[0] = op->payload[0] = '\0';
    json_array_clear(op->requests);
    if (op->count == 1)
        snprintf(targets, sizeof targets, "%.380s", op->targets[0].name);
    else
        snprintf(targets, sizeof targets, "%.360s and %zu more", op->targets[0].name,
                 op->count - 1);
    if (rc_op_audit(op, "refusal", targets, "refused", why, err))
        rc_error_set(err, RC_USAGE, "%s", why);
    return false;
}

/* ----- the preview ----- */

static bool begin_document(struct rc_op *op, struct rc_error *err)
{
    const struct rc_op_action *action = op->action;
    const struct rc_gateway *gateway = op->gateway;
    json_t *permissions = json_array(), *targets = json_array();
    for (const char *word = action->permissions; *word;) {
        size_t length = strcspn(word, " ");
        json_array_append_new(permissions, json_stringn(word, length));
        word += length + strspn(word + length, " ");
    }
    for (size_t i = 0; i < op->count; i++) {
        struct rc_op_target *target = &op->targets[i];
        target->refused = false;
        target->document =
            json_pack("{s:s, s:[], s:[], s:[], s:n, s:s, s:s}", "target", target->name, "calls",
                      "changes", "warnings", "refused", "outcome", "", "detail", "");
        json_array_append_new(targets, target->document);
    }
    json_object_clear(op->document);
    json_t *head = json_pack(
        "{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:b, s:O, s:s, s:o}", "action", action->name, "title",
        action->title, "danger", action->danger == RC_SEVERE ? "severe" : "routine", "permissions",
        permissions, "account", gateway->place.account, "region", gateway->place.region, "who",
        gateway->place.who, "production", (int)gateway->production, "params", op->params, "confirm",
        "", "targets", targets);
    bool ok = head && json_object_update(op->document, head) == 0;
    json_decref(head);
    if (!ok)
        rc_error_nomem(err);
    return ok;
}

static void set_confirmation(struct rc_op *op, size_t doable)
{
    bool by_name = op->action->danger == RC_SEVERE || op->gateway->production;
    const struct rc_op_target *first = op->targets;
    while (first < op->targets + op->count - 1 && first->refused)
        first++;
    if (!by_name)
        snprintf(op->confirmation, sizeof op->confirmation, "yes");
    else if (doable == 1)
        snprintf(op->confirmation, sizeof op->confirmation, "%s",
                 first->called ? first->called : first->name);
    else
        snprintf(op->confirmation, sizeof op->confirmation, "%s %zu", op->action->name, doable);
    json_object_set_new(op->document, "confirm", json_string(op->confirmation));
    json_object_set_new(op->document, "doable", json_integer((json_int_t)doable));
}

static bool preview_all(struct rc_op *op, struct rc_error *err)
{
    size_t doable = 0;
    op->previews = true;
    op->stopped = false;
    for (op->at = 0; op->at < op->count; op->at++) {
        struct rc_op_target *target = &op->targets[op->at];
        struct rc_error why = {0};
        if (!op->action->preview(op, target->name, &why)) {
            if (op->count == 1) {
                if (err)
                    *err = why;
                return false;
            }
            rc_op_refuse(op, "%s", why.text); /* the others can be done */
        }
        doable += !target->refused;
        tell_ended(op, "", "");
        if (op->stopped) {
            rc_error_set(err, RC_USAGE, "stopped: nothing was done");
            return false;
        }
    }
    set_confirmation(op, doable);
    return true;
}

static const char reads_only[] = "this session only reads: nothing is changed";

bool rc_op_preview(struct rc_op *op, bool dry_run, struct rc_error *err)
{
    struct rc_gateway *gateway = op->gateway;
    op->previewed = false;
    if (!dry_run && gateway->read_only) {
        rc_place_find(gateway->session.aws, &gateway->place, NULL);
        return refuse_all(op, reads_only, err);
    }
    if (!rc_place_find(gateway->session.aws, &gateway->place, err) || !begin_document(op, err))
        return false;
    op->previewed = preview_all(op, err);
    op->previews = false;
    end(op);
    return op->previewed;
}

/* ----- the performance ----- */

/* A failed request that may have been taken. */
static bool is_doubtful(const struct rc_aws_error *error)
{
    return error && (error->fault == RC_AWS_NETWORK || error->fault == RC_AWS_TIMEOUT ||
                     error->fault == RC_AWS_SERVER || error->fault == RC_AWS_MALFORMED);
}

static void note_call(void *ctx, const struct rc_call *call)
{
    struct rc_op *op = ctx;
    const struct rc_operation *operation = rc_call_operation(call);
    char name[80];
    if (rc_operation_reads(operation))
        return;
    op->doubt = is_doubtful(rc_call_error(call));
    snprintf(name, sizeof name, "%s:%s", operation->service->name, operation->name);
    if (json_array_size(op->requests) < 100)
        json_array_append_new(
            op->requests, json_pack("{s:s, s:s}", "call", name, "id", rc_call_request_id(call)));
}

/* What it was told, as a text; of a file also what is in it. The caller's; NULL with an error. */
static char *told(const struct rc_op *op, struct rc_error *err)
{
    json_t *all = json_copy(op->params);
    bool ok = all != NULL;
    for (const struct rc_op_param *row = op->action->params; ok && row && row->name; row++) {
        const char *path = rc_op_param(op, row->name);
        char sha256[65];
        if (!row->is_file || !*path)
            continue;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            rc_error_errno(err, RC_IO, "cannot read %s", path);
        ok = fd >= 0 && rc_digest_file(fd, sha256, err) &&
             json_object_set_new(all, row->name, json_string(sha256)) == 0;
        if (fd >= 0)
            close(fd);
    }
    char *text = ok ? json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    if (ok && !text)
        rc_error_nomem(err);
    json_decref(all);
    return text;
}

/* Finds the key of the target, and what is known of it. False with an error. */
static bool find_key(struct rc_op *op, struct rc_audit_found *found, struct rc_error *err)
{
    const struct rc_op_target *target = &op->targets[op->at];
    const struct rc_stack_place *place = &op->gateway->place;
    char *params = told(op, err);
    const char *const payload[] = {op->action->name, place->account, place->region, target->name,
                                   params};
    const char *const from[] = {op->payload, target->from};
    if (!params)
        return false;
    bool ok = hash_texts(payload, 5, op->payload);
    free(params);
    if (ok && target->from)
        ok = hash_texts(from, 2, op->key);
    else if (ok && !rc_audit_find_open(op->gateway->audit, op->payload, op->key, err))
        return false;
    if (ok && !op->key[0])
        ok = random_key(op->key);
    if (!ok) {
        rc_error_nomem(err);
        return false;
    }
    return rc_audit_find(op->gateway->audit, op->key, found, err);
}

static bool was_done(const struct rc_audit_found *found)
{
    return found->ended &&
           (strcmp(found->outcome, "done") == 0 || strcmp(found->outcome, "unchanged") == 0);
}

/* Between an attempt in the audit and its outcome. What an earlier attempt has left open stays
 * open when this one failed before it could change anything. */
static void act(struct rc_op *op)
{
    struct rc_gateway *gateway = op->gateway;
    struct rc_error why = {0};
    op->doubt = false;
    op->outcome = "done";
    op->detail[0] = '\0';
    rc_aws_on_end(gateway->session.aws, note_call, op);
    bool ok = op->action->perform(op, op->targets[op->at].name, &why);
    rc_aws_on_end(gateway->session.aws, NULL, NULL);
    if (ok)
        return;
    bool open = op->doubt || (op->again && json_array_size(op->requests) == 0);
    op->outcome = open ? "unknown" : "failed";
    rc_pipeline_clean(why.text, op->detail, sizeof op->detail);
}

static void take_outcome(struct rc_op *op)
{
    json_t *document = op->targets[op->at].document;
    json_object_set_new(document, "key", json_string(op->key));
    json_object_set_new(document, "outcome", json_string(op->outcome));
    json_object_set_new(document, "detail", json_string(op->detail));
    json_object_set_new(document, "requests", json_deep_copy(op->requests));
}

/* False with an error when the audit cannot be kept: nothing more is begun then. */
static bool perform_one(struct rc_op *op, struct rc_error *err)
{
    const char *name = op->targets[op->at].name;
    struct rc_audit_found found = {0};
    op->key[0] = '\0';
    json_array_clear(op->requests);
    if (!find_key(op, &found, err))
        return false;
    op->again = found.begun && !found.ended;
    json_decref(op->parts);
    op->parts = found.parts;
    if (was_done(&found)) {
        rc_op_unchanged(op, "it was done at %s", found.at);
        take_outcome(op);
        return true;
    }
    if (!rc_op_audit(op, "attempt", name, NULL, op->again ? "taken up again" : NULL, err))
        return false;
    store_audit(op);
    act(op);
    take_outcome(op);
    return rc_op_audit(op, "outcome", name, op->outcome, op->detail, err);
}

static void count_outcomes(struct rc_op *op)
{
    static const char *const outcomes[] = {"done", "unchanged", "failed", "unknown", "skipped"};
    for (size_t kind = 0; kind < sizeof outcomes / sizeof *outcomes; kind++) {
        json_int_t count = 0;
        for (size_t i = 0; i < op->count; i++) {
            const json_t *outcome = json_object_get(op->targets[i].document, "outcome");
            count += strcmp(json_string_value(outcome), outcomes[kind]) == 0;
        }
        json_object_set_new(op->document, outcomes[kind], json_integer(count));
    }
}

static bool perform_all(struct rc_op *op, struct rc_error *err)
{
    bool kept = true;
    for (op->at = 0; op->at < op->count; op->at++) {
        struct rc_op_target *target = &op->targets[op->at];
        op->outcome = target->refused ? "refused" : "skipped";
        op->detail[0] = '\0';
        json_object_set_new(target->document, "outcome", json_string(op->outcome));
        if (!target->refused && !op->stopped && kept)
            kept = perform_one(op, err);
        tell_ended(op, op->outcome, op->detail);
    }
    op->at = op->count - 1;
    return kept;
}

bool rc_op_perform(struct rc_op *op, const char *confirmation, struct rc_error *err)
{
    struct rc_gateway *gateway = op->gateway;
    if (gateway->read_only)
        return refuse_all(op, reads_only, err);
    if (!op->previewed || op->performed) {
        rc_error_set(err, RC_USAGE, "%s: it has to be previewed first, and is done once",
                     op->action->name);
        return false;
    }
    if (!confirmation || strcmp(confirmation, op->confirmation) != 0)
        return refuse_all(op, "it was not confirmed: nothing was done", err);
    op->performed = true;
    op->stopped = false;
    rc_aws_set_read_only(gateway->session.aws, false);
    bool ok = perform_all(op, err);
    end(op);
    count_outcomes(op);
    store_audit(op);
    rc_aws_set_read_only(gateway->session.aws, true);
    return ok;
}
