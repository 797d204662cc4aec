/* What people write of a discrepancy: whose it is, what they found out, that it is settled. Notes
 * are items of the state table (rc_key_note) and change nothing that the pipeline reads. */
#include "ops/acting.h"
#include "ops/actions.h"
#include "ops/day.h"
#include "pipeline/log.h"
#include "pipeline/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 2000, WORD_BYTES = 200 };

static const char how[] = "PROGRAM/DATE/TRANSACTION";

enum kind { ASSIGN, COMMENT, RESOLVE, REOPEN };

static const char *const kinds[] = {"assign", "comment", "resolve", "reopen"};

/* A day's, which most targets of one use share. */
struct rolled_up {
    struct rc_filedate day; /* program "": none yet */
    char fingerprint[40];   /* "": it is not rolled up */
    int64_t shard_count;
};

/* What has been written of a transaction so far. */
struct thread {
    int64_t count;
    int64_t state_at, assign_at; /* of the newest note of that kind */
    bool resolved;
    char reason[WORD_BYTES], assignee[WORD_BYTES];
};

struct subject {
    struct rc_filedate day;
    struct rc_text id;
    char status[32]; /* of its discrepancy; "": there is none */
    int64_t expires;
    struct thread thread;
};

/* ----- what there is ----- */

static bool read_day(struct rc_op *op, const struct rc_filedate *day, const struct rolled_up **out,
                     struct rc_error *err)
{
    struct rolled_up *known = *rc_op_state(op);
    struct rc_key key;
    json_t *item;
    if (!known && !(known = *rc_op_state(op) = calloc(1, sizeof *known))) {
        rc_error_nomem(err);
        return false;
    }
    *out = known;
    if (strcmp(known->day.program, day->program) == 0 && known->day.date == day->date)
        return true;
    rc_key_day(day, "ROLLUP", &key);
    if (!rc_store_get(rc_op_pipeline(op), RC_TABLE_STATE, &key, &item, err))
        return false;
    const char *fingerprint = rc_item_get_text(item, "fingerprint");
    *known = (struct rolled_up){.day = *day};
    snprintf(known->fingerprint, sizeof known->fingerprint, "%s", fingerprint ? fingerprint : "");
    if (!rc_item_get_int(item, "shard_count", &known->shard_count))
        known->fingerprint[0] = '\0';
    json_decref(item);
    return true;
}

static void forget_day(struct rc_op *op)
{
    free(*rc_op_state(op));
}

static bool take_discrepancy(void *ctx, const json_t *item, struct rc_error *err)
{
    struct subject *subject = ctx;
    const char *status = rc_item_get_text(item, "status");
    (void)err;
    snprintf(subject->status, sizeof subject->status, "%s", status ? status : "");
    rc_item_get_int(item, "expires", &subject->expires);
    return true;
}

static void take_word(char word[WORD_BYTES], const json_t *item, const char *name)
{
    const char *text = rc_item_get_text(item, name);
    snprintf(word, WORD_BYTES, "%s", text ? text : "");
}

static bool take_note(void *ctx, const json_t *item, struct rc_error *err)
{
    struct thread *thread = ctx;
    const char *kind = rc_item_get_text(item, "kind");
    int64_t at = 0;
    (void)err;
    thread->count++;
    rc_item_get_int(item, "at", &at);
    if (!kind)
        return true;
    bool resolves = strcmp(kind, kinds[RESOLVE]) == 0;
    if ((resolves || strcmp(kind, kinds[REOPEN]) == 0) && at >= thread->state_at) {
        thread->state_at = at;
        thread->resolved = resolves;
        take_word(thread->reason, item, "reason");
    } else if (strcmp(kind, kinds[ASSIGN]) == 0 && at >= thread->assign_at) {
        thread->assign_at = at;
        take_word(thread->assignee, item, "assignee");
    }
    return true;
}

/* The discrepancy of that name, as the day's rollup counts it, and what was written of it. */
static bool read_subject(struct rc_op *op, const char *target, struct subject *subject,
                         struct rc_error *err)
{
    const struct rolled_up *day;
    struct rc_key notes, key;
    const char *id;
    *subject = (struct subject){.status = ""};
    if (!rc_op_day_read(target, &subject->day, &id, how, err) ||
        !read_day(op, &subject->day, &day, err))
        return false;
    subject->id = (struct rc_text){id, (uint32_t)strlen(id)};
    if (!rc_key_notes(&subject->day, subject->id, &notes)) {
        rc_error_set(err, RC_USAGE, "%.100s…: a transaction's id has %d bytes at most", target,
                     RC_ID_BYTES);
        return false;
    }
    if (!day->fingerprint[0])
        return true;
    uint32_t shard = rc_shard_of(rc_id_hash(id, subject->id.length), (uint32_t)day->shard_count);
    rc_key_discrepancy(&subject->day, day->fingerprint, shard, "", RC_SETTLEMENT, &key);
    snprintf(key.sk, sizeof key.sk, "%s", notes.sk);
    return rc_store_query(rc_op_pipeline(op), RC_TABLE_STATE, &key, take_discrepancy, subject,
                          err) &&
           rc_store_query(rc_op_pipeline(op), RC_TABLE_STATE, &notes, take_note, &subject->thread,
                          err);
}

/* ----- what is written ----- */

struct words {
    char text[TEXT_BYTES + 1], reason[WORD_BYTES], assignee[WORD_BYTES];
};

static bool take_text(char *to, size_t room, const char *what, const char *text,
                      struct rc_error *err)
{
    if (strlen(text) >= room) {
        rc_error_set(err, RC_USAGE, "the %s has %zu bytes: %zu are the most", what, strlen(text),
                     room - 1);
        return false;
    }
    rc_pipeline_clean(text, to, room);
    return true;
}

static bool read_words(struct rc_op *op, enum kind kind, struct words *words, struct rc_error *err)
{
    *words = (struct words){.text = ""};
    if (!take_text(words->text, sizeof words->text, "text", rc_op_param(op, "text"), err) ||
        !take_text(words->assignee, sizeof words->assignee, "name", rc_op_param(op, "to"), err) ||
        !take_text(words->reason, sizeof words->reason, "reason", rc_op_param(op, "reason"), err))
        return false;
    if (kind != COMMENT || words->text[strspn(words->text, " \t\n")])
        return true;
    rc_error_set(err, RC_USAGE, "a comment needs a text that says something");
    return false;
}

/* Whether it is so already, so that there is nothing to write. */
static bool is_so(enum kind kind, const struct thread *thread, const struct words *words)
{
    switch (kind) {
    case ASSIGN:
        return strcmp(thread->assignee, words->assignee) == 0;
    case RESOLVE:
        return thread->resolved && strcmp(thread->reason, words->reason) == 0;
    case REOPEN:
        return !thread->resolved;
    case COMMENT:
        break;
    }
    return false;
}

static void say_state(const struct thread *thread, char text[WORD_BYTES + 16])
{
    if (thread->resolved)
        snprintf(text, WORD_BYTES + 16, "resolved: %s", thread->reason);
    else
        snprintf(text, WORD_BYTES + 16, "open");
}

static void say_change(struct rc_op *op, enum kind kind, const struct thread *thread,
                       const struct words *words)
{
    char was[WORD_BYTES + 16], becomes[WORD_BYTES + 16];
    struct thread after = *thread;
    if (kind == ASSIGN) {
        rc_op_will_change(op, "assignee", thread->assignee[0] ? thread->assignee : "nobody",
                          words->assignee[0] ? words->assignee : "nobody");
    } else if (kind == RESOLVE || kind == REOPEN) {
        after.resolved = kind == RESOLVE;
        snprintf(after.reason, sizeof after.reason, "%s", words->reason);
        say_state(thread, was);
        say_state(&after, becomes);
        rc_op_will_change(op, "state", was, becomes);
    }
    snprintf(was, sizeof was, "%" PRId64, thread->count);
    snprintf(becomes, sizeof becomes, "%" PRId64, thread->count + 1);
    rc_op_will_change(op, "notes", was, becomes);
}

static bool preview(struct rc_op *op, enum kind kind, const char *target, struct rc_error *err)
{
    struct subject subject;
    struct words words;
    if (!read_words(op, kind, &words, err) || !read_subject(op, target, &subject, err))
        return false;
    if (!subject.status[0]) {
        rc_op_refuse(op, "%s is no discrepancy of that day's rollup", target);
        return true;
    }
    if (is_so(kind, &subject.thread, &words)) {
        rc_op_warn(op, "it is so already: nothing will be written");
        return true;
    }
    say_change(op, kind, &subject.thread, &words);
    rc_op_will_call(op, "dynamodb:PutItem", rc_op_pipeline(op)->table[RC_TABLE_STATE], 1);
    return true;
}

/* A note's key is that of this use alone, so that one that is there is this one. */
static bool write_note(struct rc_op *op, enum kind kind, const struct subject *subject,
                       const struct words *words, struct rc_error *err)
{
    struct rc_pipeline *pipeline = rc_op_pipeline(op);
    struct rc_key key;
    struct rc_draft draft;
    rc_key_note(&subject->day, subject->id, rc_op_key(op), &key);
    rc_draft_item(&draft, &key);
    rc_item_text(&draft.json, "kind", kinds[kind]);
    rc_item_int(&draft.json, "at", rc_pipeline_now_ms(pipeline));
    rc_item_text(&draft.json, "who", rc_op_who(op));
    rc_item_text(&draft.json, "text", words->text);
    if (kind == RESOLVE)
        rc_item_text(&draft.json, "reason", words->reason);
    if (kind == ASSIGN)
        rc_item_text(&draft.json, "assignee", words->assignee);
    if (subject->expires)
        rc_item_int(&draft.json, "expires", subject->expires);
    struct rc_write write = {.kind = RC_WRITE_PUT,
                             .table = RC_TABLE_STATE,
                             .key = &key,
                             .item = rc_draft_done(&draft),
                             .condition = "attribute_not_exists(PK)"};
    enum rc_stored stored = rc_store_write(pipeline, &write, NULL, err);
    rc_draft_free(&draft);
    if (stored == RC_REFUSED && rc_op_again(op))
        rc_op_unchanged(op, "an earlier attempt had written it");
    return stored != RC_UNSTORED;
}

static bool perform(struct rc_op *op, enum kind kind, const char *target, struct rc_error *err)
{
    struct subject subject;
    struct words words;
    if (!read_words(op, kind, &words, err) || !read_subject(op, target, &subject, err))
        return false;
    if (!subject.status[0]) {
        rc_error_set(err, RC_DATA, "%s is a discrepancy no more: the day was rolled up anew",
                     target);
        return false;
    }
    if (!is_so(kind, &subject.thread, &words))
        return write_note(op, kind, &subject, &words, err);
    rc_op_unchanged(op, "it was so already");
    return true;
}

/* ----- the actions ----- */

static bool preview_assign(struct rc_op *op, const char *target, struct rc_error *err)
{
    return preview(op, ASSIGN, target, err);
}

static bool perform_assign(struct rc_op *op, const char *target, struct rc_error *err)
{
    return perform(op, ASSIGN, target, err);
}

static bool preview_comment(struct rc_op *op, const char *target, struct rc_error *err)
{
    return preview(op, COMMENT, target, err);
}

static bool perform_comment(struct rc_op *op, const char *target, struct rc_error *err)
{
    return perform(op, COMMENT, target, err);
}

static bool preview_resolve(struct rc_op *op, const char *target, struct rc_error *err)
{
    return preview(op, RESOLVE, target, err);
}

static bool perform_resolve(struct rc_op *op, const char *target, struct rc_error *err)
{
    return perform(op, RESOLVE, target, err);
}

static bool preview_reopen(struct rc_op *op, const char *target, struct rc_error *err)
{
    return preview(op, REOPEN, target, err);
}

static bool perform_reopen(struct rc_op *op, const char *target, struct rc_error *err)
{
    return perform(op, REOPEN, target, err);
}

static const char *const reasons[] = {"corrected", "timing",    "duplicate",   "fee",   "fx",
                                      "disputed",  "recharged", "written-off", "other", NULL};

static const struct rc_op_param assign_params[] = {
    {"to", "whose it is from now on; without it nobody's", "", NULL, false},
    {"text", "what there is to say about it", "", NULL, false},
    {0},
};

static const struct rc_op_param comment_params[] = {
    {"text", "what there is to say about it", NULL, NULL, false},
    {0},
};

static const struct rc_op_param resolve_params[] = {
    {"reason", "why it is settled", NULL, reasons, false},
    {"text", "what there is to say about it", "", NULL, false},
    {0},
};

static const struct rc_op_param reopen_params[] = {
    {"text", "why it is not settled after all", "", NULL, false},
    {0},
};

#define PERMISSIONS "sts:GetCallerIdentity dynamodb:GetItem dynamodb:Query dynamodb:PutItem"
#define KEPT                                                                                       \
    " It is kept beside the discrepancy with who wrote it and when, survives a new match of the "  \
    "day, and changes no sum. Card numbers in it are masked."

const struct rc_op_action rc_op_assign = {
    .name = "assign",
    .title = "say whose a discrepancy is",
    .target = "discrepancy",
    .target_how = how,
    .help = "Says who takes care of a discrepancy, or that nobody does any more." KEPT,
    .permissions = PERMISSIONS,
    .params = assign_params,
    .danger = RC_ROUTINE,
    .preview = preview_assign,
    .perform = perform_assign,
    .end = forget_day,
};

const struct rc_op_action rc_op_comment = {
    .name = "comment",
    .title = "write something about a discrepancy",
    .target = "discrepancy",
    .target_how = how,
    .help = "Writes a comment about a discrepancy." KEPT,
    .permissions = PERMISSIONS,
    .params = comment_params,
    .danger = RC_ROUTINE,
    .preview = preview_comment,
    .perform = perform_comment,
    .end = forget_day,
};

const struct rc_op_action rc_op_resolve = {
    .name = "resolve",
    .title = "mark a discrepancy as settled",
    .target = "discrepancy",
    .target_how = how,
    .help = "Marks a discrepancy as settled, with a reason." KEPT,
    .permissions = PERMISSIONS,
    .params = resolve_params,
    .danger = RC_ROUTINE,
    .preview = preview_resolve,
    .perform = perform_resolve,
    .end = forget_day,
};

const struct rc_op_action rc_op_reopen = {
    .name = "reopen",
    .title = "mark a discrepancy as open again",
    .target = "discrepancy",
    .target_how = how,
    .help = "Marks a discrepancy that was resolved as open again." KEPT,
    .permissions = PERMISSIONS,
    .params = reopen_params,
    .danger = RC_ROUTINE,
    .preview = preview_reopen,
    .perform = perform_reopen,
    .end = forget_day,
};
