/* The one way to change anything at AWS from the console or the command line. Whoever wants to
 * names an action of the table (ops/action.h), its targets and what else it is told, and then:
 *
 *   read-only check → preview → confirmation → key → done to each target → audit
 *
 * The session's client is read-only (aws/client.h) but while an action performs, so that there
 * is no other way. All functions wait for AWS: the console calls them on a thread of their own.
 * One thread at a time. */
#ifndef RC_OPS_GATEWAY_H
#define RC_OPS_GATEWAY_H

#include "aws/session.h"
#include "ops/action.h"

#include <jansson.h>

struct rc_gateway;

struct rc_gateway_options {
    struct rc_session_options aws;
    const char *tool;   /* "console" or "command line": stands in the audit */
    const char *folder; /* of the audit; NULL: $XDG_STATE_HOME/reconctl */
    bool production;    /* every action is confirmed with a name */
    bool read_only;     /* nothing is done; attempts are refused, and that is kept */
};

/* Sends nothing. The options are copied, but for the texts of `aws`, which are borrowed while it
 * opens. NULL with an error: of the session, or because the audit cannot be kept. */
struct rc_gateway *rc_gateway_open(const struct rc_gateway_options *options, struct rc_error *err);
void rc_gateway_close(struct rc_gateway *gateway); /* after its ops; NULL is allowed */

/* Lifts read-only, or sets it. */
void rc_gateway_set_read_only(struct rc_gateway *gateway, bool read_only);
bool rc_gateway_read_only(const struct rc_gateway *gateway);

/* ----- one use of an action ----- */

enum { RC_OP_TARGETS = 10000 }; /* at most, at once */

/* params: an object of texts by name, or NULL; what is missing takes its fallback. Sends nothing.
 * NULL with an error when a word is wrong: RC_USAGE. Everything is copied. */
struct rc_op *rc_op_new(struct rc_gateway *gateway, const struct rc_op_action *action,
                        const char *const *targets, size_t count, const json_t *params,
                        struct rc_error *err);
void rc_op_free(struct rc_op *op); /* NULL is allowed */

/* Called with every target whose preview or performance has ended: how many have, of how many,
 * and what became of it ("outcome": "" in a preview). False stops before the next target. May be
 * called by one that takes long, too, with done as it was and what it is doing as detail. */
typedef bool (*rc_op_progress)(void *ctx, size_t done, size_t total, const char *target,
                               const char *outcome, const char *detail);
void rc_op_on_progress(struct rc_op *op, rc_op_progress progress, void *ctx);

/* Finds out what would be done to every target. dry_run: nothing is to follow, which a read-only
 * session may do, too. False with an error: what is needed to say it could not be read, or the
 * session is read-only. A target that cannot be done, or, among others, not be looked at, is no
 * error: it says so itself. */
bool rc_op_preview(struct rc_op *op, bool dry_run, struct rc_error *err);

/* What is known of it, borrowed, and valid until the next of these functions:
 *   {"action", "title", "danger": "routine" | "severe", "permissions": [...],
 *    "account", "region", "who", "production", "params": {...}, "confirm",
 *    "targets": [{"target", "calls": [{"call", "on", "count"}], "changes": [{"what", "was",
 *                 "becomes"}], "warnings": [...], "refused": why it will not be done, or null,
 *                 "key", "outcome", "detail",
 *                 "requests": [{"call", "id"}],
 *                 "answer", "attention": true when what it found is not in order}],
 *    "doable": targets that are not refused,
 *    "done", "unchanged", "failed", "unknown", "skipped": how many, after rc_op_perform,
 *    "audit": what was not kept at AWS, and why; absent when all was}
 * outcome: "done" · "unchanged" (it was so already, or an earlier attempt had done it) · "failed" ·
 * "unknown" (it may have been done: no answer came) · "refused" · "skipped" (stopped before it). */
const json_t *rc_op_document(const struct rc_op *op);

/* What has to be given to rc_op_perform: "yes", or a name that is to be typed. Known after the
 * preview. */
const char *rc_op_confirmation(const struct rc_op *op);

/* Does what was previewed to every target that is not refused, after another, whatever becomes of
 * the others, and keeps each attempt and its outcome in the audit. False with an error when nothing
 * was begun: no preview, a wrong confirmation, read-only, or the audit cannot be written. */
bool rc_op_perform(struct rc_op *op, const char *confirmation, struct rc_error *err);

#endif
