/* A lease is taken away from a holder that is dead (pipeline/lease.h). */
#include "ops/actions.h"

#include "ops/day.h"
#include "ops/object.h"
#include "pipeline/lease.h"
#include "pipeline/slots.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OWNER_BYTES = 128, SEEN_BYTES = 200 };

struct held {
    struct rc_key key;
    char owner[OWNER_BYTES]; /* "": nobody has it */
    int64_t fence, until_ms;
};

/* ----- what there is ----- */

static bool find_key(struct rc_op *op, const char *target, struct rc_key *key, struct rc_error *err)
{
    struct rc_filedate day;
    struct rc_file file;
    if (strncmp(target, "s3://", 5) != 0) {
        if (!rc_op_day_read(target, &day, NULL, "s3://BUCKET/KEY[@VERSION] or PROGRAM/DATE", err))
            return false;
        rc_key_day(&day, "LEASE", key);
        return true;
    }
    json_t *found = rc_op_file_find(op, target, err);
    json_t *in = found ? json_pack("{s:o}", "file", found) : NULL;
    bool ok = in && rc_file_read(rc_op_pipeline(op), in, &file, err);
    if (found && !in)
        rc_error_nomem(err);
    if (ok)
        *key = file.key;
    json_decref(in);
    return ok;
}

static bool read_held(struct rc_op *op, const char *target, struct held *held, struct rc_error *err)
{
    json_t *item;
    *held = (struct held){.fence = 0};
    if (!find_key(op, target, &held->key, err) ||
        !rc_store_get(rc_op_pipeline(op), RC_TABLE_STATE, &held->key, &item, err))
        return false;
    const char *owner = rc_item_get_text(item, "owner");
    snprintf(held->owner, sizeof held->owner, "%s", owner ? owner : "");
    rc_item_get_int(item, "fence", &held->fence);
    rc_item_get_int(item, "until", &held->until_ms);
    json_decref(item);
    return true;
}

static void say_seen(const struct held *held, char text[SEEN_BYTES])
{
    snprintf(text, SEEN_BYTES, "fence %" PRId64 " of %s", held->fence, held->owner);
}

/* ----- the preview ----- */

static void say_until(struct rc_op *op, int64_t until_ms)
{
    time_t seconds = (time_t)(until_ms / 1000);
    struct tm tm;
    char text[32] = "";
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (until_ms < rc_pipeline_now_ms(rc_op_pipeline(op)))
        rc_op_warn(op, "it ran out at %s: whoever needs it takes it, there is no need to break it",
                   text);
    else
        rc_op_warn(op, "unless it is renewed it runs out at %s by itself", text);
}

static const char *life_of(enum rc_run_life life)
{
    return life == RC_RUN_ALIVE   ? "its run is RUNNING"
           : life == RC_RUN_ENDED ? "its run has ended"
                                  : "Step Functions knows no such run";
}

static bool preview(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct held held;
    enum rc_run_life life;
    char was[SEEN_BYTES], becomes[32];
    if (!rc_op_place(op, err) || !read_held(op, target, &held, err))
        return false;
    if (!held.owner[0]) {
        rc_op_refuse(op, "nobody holds the lease");
        return true;
    }
    if (!rc_run_look(rc_op_pipeline(op), held.owner, &life, err))
        return false;
    snprintf(was, sizeof was, "%s (%s)", held.owner, life_of(life));
    rc_op_will_change(op, "owner", was, "nobody");
    snprintf(was, sizeof was, "%" PRId64, held.fence);
    snprintf(becomes, sizeof becomes, "%" PRId64, held.fence + 1);
    rc_op_will_change(op, "fence", was, becomes);
    rc_op_will_call(op, "dynamodb:UpdateItem", rc_op_pipeline(op)->table[RC_TABLE_STATE], 1);
    say_until(op, held.until_ms);
    if (life == RC_RUN_ALIVE && !rc_op_flag(op, "force")) {
        rc_op_refuse(op,
                     "%s is RUNNING: stop it first, or say force yes, and it fails at its next "
                     "write",
                     held.owner);
        return true;
    }
    if (life == RC_RUN_ALIVE)
        rc_op_warn(op, "%s is RUNNING: nothing that it writes from then on counts", held.owner);
    say_seen(&held, was);
    rc_op_saw(op, "%s", was);
    rc_op_goes_from(op, "%s", was);
    return true;
}

/* ----- the performance ----- */

/* Broken, the lease has the next fence and no owner, or somebody has taken it since. Nobody else
 * raises the fence of a lease that is held but who takes it when it has run out: then there is
 * nothing to break any more, either. */
static bool perform(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct held held;
    char now[SEEN_BYTES];
    if (!rc_op_place(op, err) || !read_held(op, target, &held, err))
        return false;
    say_seen(&held, now);
    if (strcmp(now, rc_op_seen(op)) != 0) {
        rc_op_unchanged(op,
                        held.owner[0] ? "that holder has lost it already: it is held with %s"
                                      : "that holder has lost it already: %s nobody",
                        now);
        return true;
    }
    enum rc_stored stored =
        rc_lease_break(rc_op_pipeline(op), &held.key, held.owner, held.fence, err);
    if (stored == RC_STORED)
        rc_op_done(op, "%s has lost it; the fence is %" PRId64, held.owner, held.fence + 1);
    else if (stored == RC_REFUSED)
        rc_op_unchanged(op, "%s had lost or given it back meanwhile", held.owner);
    return stored != RC_UNSTORED;
}

static const char *const answers[] = {"no", "yes", NULL};

static const struct rc_op_param params[] = {
    {"force", "although its run is alive", "no", answers, false},
    {0},
};

const struct rc_op_action rc_op_break_lease = {
    .name = "break-lease",
    .title = "take a lease away",
    .target = "file or day",
    .target_how = "s3://BUCKET/KEY[@VERSION] or PROGRAM/DATE",
    .help = "Takes the lease of a file's ingest or of a day's match away from its holder, whose "
            "fence is outgrown: whatever it still writes does not count. For a holder that is dead "
            "and a lease that nobody can wait for.",
    .permissions = "sts:GetCallerIdentity s3:GetObject sqs:GetQueueUrl dynamodb:GetItem "
                   "states:DescribeExecution dynamodb:UpdateItem",
    .params = params,
    .danger = RC_SEVERE,
    .preview = preview,
    .perform = perform,
};
