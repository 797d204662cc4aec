#include "aws/credentials.h"

#include "aws/credentials_internal.h"
#include "aws/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* botocore's rules (RefreshableCredentials): 15 minutes before they expire they are
 * renewed while the old ones are still used; 10 minutes before, all wait for the new
 * ones, and a failure is an error. Both are cut to a share of the whole lifetime, so
 * that keys of few minutes are not asked for with each call. */
enum {
    ADVISORY_MS = 15 * 60 * 1000,
    ADVISORY_SHARE = 2, /* half of the lifetime */
    MANDATORY_MS = 10 * 60 * 1000,
    MANDATORY_SHARE = 4,
    /* Keys that cost somebody a code of his MFA device are used up. */
    ASKED_MS = 60 * 1000,
    ASKED_AGAIN_MS = 5 * 1000,   /* reports that keys have expired may come late */
    FAILED_AGAIN_MS = 60 * 1000, /* between attempts to renew in the background */
};

struct rc_credential_chain {
    struct rc_aws *aws;
    struct rc_credentials have;
    bool bad;            /* a service said that they have expired */
    bool asked;          /* somebody gave a code for them */
    int64_t had_unix_ms; /* when they came */
    int64_t had_ms;
    bool failed;       /* the last renewal, ... */
    int64_t failed_ms; /* ... at this time */
    struct rc_seek seek;
    bool seeking;
    bool in_get;                             /* what ends now is told from the loop */
    struct rc_credential_waiter *waiters;    /* the first first */
    struct rc_credential_waiter *delivering; /* those who are being told */
    struct rc_timer timer;                   /* tells what ended at once */
    struct rc_error err;                     /* of the last seek */
    int telling;                             /* calls of tell that are under way */
    bool freed;                              /* by one who was told: the last tell releases it */
};

/* ----- keys ----- */

bool rc_credentials_set(struct rc_credentials *credentials, const char *access_key,
                        const char *secret_key, const char *session_token)
{
    const char *texts[] = {access_key, secret_key, session_token ? session_token : ""};
    size_t lengths[3], room = 0;
    for (int i = 0; i < 3; i++) {
        lengths[i] = strnlen(texts[i], RC_CREDENTIAL_KEY_BYTES + 1) + 1;
        if (lengths[i] > RC_CREDENTIAL_KEY_BYTES)
            return false;
        room += lengths[i];
    }
    char *at = rc_secret_alloc(room), *copies[3];
    if (!at)
        return false;
    for (int i = 0; i < 3; i++) {
        copies[i] = memcpy(at, texts[i], lengths[i]);
        at += lengths[i];
    }
    rc_secret_free(credentials->access_key); /* the piece that holds all three */
    credentials->access_key = copies[0];
    credentials->secret_key = copies[1];
    credentials->session_token = session_token ? copies[2] : NULL;
    return true;
}

bool rc_credentials_copy(struct rc_credentials *to, const struct rc_credentials *from)
{
    if (!rc_credentials_set(to, from->access_key, from->secret_key, from->session_token))
        return false;
    to->expires_unix_ms = from->expires_unix_ms;
    memcpy(to->source, from->source, sizeof to->source);
    return true;
}

void rc_credentials_clear(struct rc_credentials *credentials)
{
    rc_secret_free(credentials->access_key);
    *credentials = (struct rc_credentials){0};
}

/* ----- how good they are ----- */

enum state { GOOD, RENEW, USELESS };

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static enum state state_of(const struct rc_credential_chain *chain)
{
    const struct rc_credentials *have = &chain->have;
    if (!have->access_key || chain->bad)
        return USELESS;
    if (!have->expires_unix_ms)
        return GOOD;
    int64_t left_ms = have->expires_unix_ms - rc_loop_unix_ms(chain->aws->loop);
    int64_t life_ms = have->expires_unix_ms - chain->had_unix_ms;
    int64_t mandatory_ms = least(chain->asked ? ASKED_MS : MANDATORY_MS, life_ms / MANDATORY_SHARE);
    if (left_ms <= 0 || left_ms < mandatory_ms)
        return USELESS;
    return !chain->asked && left_ms < least(ADVISORY_MS, life_ms / ADVISORY_SHARE) ? RENEW : GOOD;
}

/* ----- telling ----- */

static void append(struct rc_credential_waiter **list, struct rc_credential_waiter *more)
{
    while (*list)
        list = &(*list)->next;
    *list = more;
}

/* One who is told may wait again, run the loop (and so get here once more, where the
 * rest is told), or free the chain. */
static void tell(struct rc_credential_chain *chain)
{
    struct rc_error err = chain->err;
    bool has_keys = !chain->failed && chain->have.access_key;
    append(&chain->delivering, chain->waiters);
    chain->waiters = NULL;
    chain->telling++;
    while (!chain->freed && chain->delivering) {
        struct rc_credential_waiter *waiter = chain->delivering;
        chain->delivering = waiter->next;
        waiter->next = NULL;
        waiter->ready(waiter, has_keys ? &chain->have : NULL, has_keys ? NULL : &err);
    }
    if (--chain->telling == 0 && chain->freed)
        free(chain);
}

static void tell_now(struct rc_timer *timer)
{
    tell(timer->ctx);
}

/* ----- looking ----- */

static void take(struct rc_credential_chain *chain)
{
    rc_credentials_clear(&chain->have);
    chain->have = chain->seek.found;
    chain->seek.found = (struct rc_credentials){0};
    chain->asked = chain->seek.asked_mfa;
    chain->bad = false;
    chain->had_unix_ms = rc_loop_unix_ms(chain->aws->loop);
    chain->had_ms = rc_loop_now_ms(chain->aws->loop);
    rc_log_write(chain->aws->log, RC_LOG_INFO, chain->had_unix_ms, "credentials from %s",
                 chain->have.source);
}

static void sought(struct rc_seek *seek, bool found)
{
    struct rc_credential_chain *chain = seek->ctx;
    int64_t now_ms = rc_loop_unix_ms(chain->aws->loop);
    chain->seeking = false;
    chain->err = seek->err;
    if (found && seek->found.expires_unix_ms && seek->found.expires_unix_ms <= now_ms) {
        rc_error_set(&chain->err, RC_USAGE, "the AWS credentials from %s have expired",
                     seek->found.source);
        rc_credentials_clear(&seek->found);
        found = false;
    }
    chain->failed = !found;
    if (found) {
        take(chain);
    } else {
        chain->failed_ms = rc_loop_now_ms(chain->aws->loop);
        rc_log_write(chain->aws->log, RC_LOG_WARN, now_ms, "no credentials: %s", chain->err.text);
    }
    if (!chain->in_get)
        tell(chain);
}

static void seek_now(struct rc_credential_chain *chain)
{
    chain->seeking = true;
    chain->in_get = true;
    rc_seek_start(&chain->seek);
    chain->in_get = false;
}

const struct rc_credentials *rc_credential_chain_get(struct rc_credential_chain *chain,
                                                     struct rc_credential_waiter *waiter)
{
    enum state state = state_of(chain);
    bool lately =
        chain->failed && rc_loop_now_ms(chain->aws->loop) - chain->failed_ms < FAILED_AGAIN_MS;
    if (state == RENEW && !chain->seeking && !lately)
        seek_now(chain);
    if (state != USELESS)
        return &chain->have;
    if (!chain->seeking) {
        seek_now(chain);
        if (!chain->seeking && !chain->failed)
            return &chain->have;
    }
    waiter->next = NULL;
    append(&chain->waiters, waiter);
    if (!chain->seeking && !rc_timer_set(chain->aws->loop, &chain->timer, 0))
        tell(chain);
    return NULL;
}

static void remove_waiter(struct rc_credential_waiter **list, struct rc_credential_waiter *waiter)
{
    while (*list && *list != waiter)
        list = &(*list)->next;
    if (*list)
        *list = waiter->next;
}

void rc_credential_chain_forget(struct rc_credential_chain *chain,
                                struct rc_credential_waiter *waiter)
{
    remove_waiter(&chain->waiters, waiter);
    remove_waiter(&chain->delivering, waiter);
}

void rc_credential_chain_expired(struct rc_credential_chain *chain)
{
    bool late = chain->asked && rc_loop_now_ms(chain->aws->loop) - chain->had_ms < ASKED_AGAIN_MS;
    if (!chain->seeking && !late)
        chain->bad = true;
}

const char *rc_credential_chain_source(const struct rc_credential_chain *chain)
{
    return chain->have.source;
}

int64_t rc_credential_chain_expires_ms(const struct rc_credential_chain *chain)
{
    return chain->have.access_key ? chain->have.expires_unix_ms : 0;
}

/* ----- life ----- */

struct rc_credential_chain *rc_credential_chain_new(struct rc_aws *aws, struct rc_http *http,
                                                    const struct rc_profile *profile,
                                                    const struct rc_credential_options *options,
                                                    struct rc_error *err)
{
    struct rc_credential_chain *chain = calloc(1, sizeof *chain);
    if (!chain) {
        rc_error_nomem(err);
        return NULL;
    }
    chain->aws = aws;
    chain->timer = (struct rc_timer){.fire = tell_now, .ctx = chain};
    chain->seek = (struct rc_seek){
        .aws = aws, .http = http, .profile = profile, .done = sought, .ctx = chain};
    if (options)
        chain->seek.ask = *options;
    return chain;
}

void rc_credential_chain_free(struct rc_credential_chain *chain)
{
    if (!chain)
        return;
    rc_seek_stop(&chain->seek);
    rc_timer_stop(chain->aws->loop, &chain->timer);
    rc_credentials_clear(&chain->have);
    chain->freed = true;
    if (!chain->telling)
        free(chain);
}
